"use strict";
const at = (id) => document.getElementById(id);
async function run() {
  const answer = at("answer");
  answer.textContent = "…";
  try {
    const variables = at("variables").value.trim();
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
      body: JSON.stringify({ query: at("query").value, variables: variables ? JSON.parse(variables) : null }),
    });
    answer.textContent = JSON.stringify(await response.json(), null, 2);
  } catch (error) {
    answer.textContent = String(error);
  }
}
at("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
let texts = new Map();
function choose() {
  for (const link of document.querySelectorAll("#operations li a")) {
    link.classList.toggle("chosen", link.hash === location.hash);
  }
  const text = texts.get(location.hash.slice(1));
  if (text !== undefined) at("query").value = text;
}
addEventListener("hashchange", choose);
fetch("/static/graphiql/operations.json").then((response) => response.json()).then((operations) => {
  texts = new Map(operations.map((operation) => [operation.name, operation.text]));
  choose();
});

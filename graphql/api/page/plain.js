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
fetch("/static/graphiql/operations.json").then((response) => response.json()).then((operations) => {
  for (const operation of operations) at("operations").append(new Option(operation.title, operation.text));
});
at("operations").addEventListener("change", (event) => {
  if (event.target.value) at("query").value = event.target.value;
});

"use strict";
const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
function show(query) {
  const key = query === undefined ? "start" : query;
  root.render(React.createElement(GraphiQL, { key, fetcher, query, defaultQuery: "{ datasets { nodes { name title entityCount } } }\n" }));
}
show(undefined);
const choice = document.getElementById("operations");
fetch("/static/graphiql/operations.json").then((response) => response.json()).then((operations) => {
  for (const operation of operations) choice.append(new Option(operation.title, operation.text));
});
choice.addEventListener("change", () => {
  if (choice.value) show(choice.value);
});

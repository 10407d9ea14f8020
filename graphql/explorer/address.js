// The address of what is shown: #/record/ID?…, so that it can be sent to a colleague.

/** The view and its parameters in the address: {view, id, parameters}. */
export function read(hash = location.hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  return {
    view: view || "search",
    id: decodeURIComponent(rest.join("/")),
    parameters: Object.fromEntries(new URLSearchParams(query ?? "")),
  };
}

/** The address of a view; parameters without a value are left out. */
export function write(view, id = "", parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value != null);
  const query = new URLSearchParams(given).toString();
  const path = id ? `${view}/${encodeURIComponent(id)}` : view;
  return `#/${path}${query ? `?${query}` : ""}`;
}

/** Go to a view. */
export function go(view, id, parameters) {
  location.hash = write(view, id, parameters);
}

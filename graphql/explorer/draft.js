// What somebody types and has not saved: kept in the browser's tab, so that a reload loses nothing.

import { useEffect, useState } from "./page.js";

/** [value, set, forget] of a draft by its name; it begins as `start`. */
export function useDraft(name, start) {
  const [value, set] = useState(() => JSON.parse(sessionStorage.getItem(name)) ?? start);
  const [changed, tell] = useState(false);
  useEffect(() => {
    if (changed) sessionStorage.setItem(name, JSON.stringify(value));
  }, [value]);
  const change = (next) => (tell(true), set(next));
  const forget = () => sessionStorage.removeItem(name);
  return [value, change, forget];
}

/** Whether there is such a draft. */
export const drafted = (name) => sessionStorage.getItem(name) !== null;

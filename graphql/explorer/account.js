// Who has signed in, and signing in and out.

import { signIn } from "./part.js";
import { html } from "./page.js";

/** The name of who has signed in, with a button to sign out; else the link to sign in. */
export function Account({ me, leave }) {
  if (!me) return html`<a href=${signIn()} onClick=${fresh}>Sign in</a>`;
  return html`<span class="account"><a href="/account" title="Your account and keys">
    ${me.title || me.name}</a> <button class="small" onClick=${leave}>Sign out</button></span>`;
}

/** The address at the time of the click: it changes without this part being shown anew. */
function fresh(event) {
  event.currentTarget.href = signIn();
}

/** End the session; whatever page is open afterwards is that of somebody unknown. */
export async function signOut() {
  await fetch("/signout", { method: "POST", redirect: "manual" });
}

// The mails of one thread, in order of time.

import { write } from "./address.js";
import { html } from "./page.js";

export const Thread = ({ mails, id }) => html`<details class="group" open>
  <summary>Thread of ${mails.length} mails</summary>
  <ol class="timeline">${mails.map((mail) => html`<li key=${mail.id}>
    <time>${(mail.date ?? "").slice(0, 16).replace("T", " ")}</time>
    <span><a href=${write("document", mail.id)} aria-current=${mail.id === id ? "page" : null}>${mail.title}</a>
      <div class="about">${mail.authors.join(", ")}</div></span></li>`)}</ol></details>`;

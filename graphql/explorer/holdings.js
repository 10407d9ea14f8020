// Who owns it, or what it owns: each with its share and the routes that make it.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import { PathList } from "./finder.js";
import { Busy, Card, Trouble, useAnswer, Warnings } from "./part.js";
import { html } from "./page.js";
import { OWNED, OWNERS } from "./question.js";

export function Holdings({ view, id, parameters, actions }) {
  const least = parameters.least ?? "25";
  const { answer, trouble, busy, wait } = useAnswer(
    (signal, onWait) => ask(view === "owners" ? OWNERS : OWNED,
      { id, at: parameters.at || null, minShare: Number(least) / 100 }, { signal, onWait }),
    JSON.stringify([view, id, parameters]),
  );
  const change = (values) => go(view, id, { ...parameters, ...values });
  const { entity, list } = answer?.data ?? {};
  return html`<section aria-label=${view}>
    <h2>${view === "owners" ? "Owners of" : "Holdings of"} <a href=${write("record", id)}>
      ${entity?.caption ?? id}</a></h2>
    <div class="filters">
      <label>At <input value=${parameters.at ?? ""} placeholder="any time, or 2022-10"
        onChange=${(event) => change({ at: event.target.value.trim() })} /></label>
      <label>at least … % <input type="number" min="0" max="100" value=${least}
        onChange=${(event) => change({ least: event.target.value })} /></label>
      <a href=${write(view === "owners" ? "holdings" : "owners", id)}>
        ${view === "owners" ? "What does it own?" : "Who owns it?"}</a>
    </div>
    <${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
    <${Warnings} warnings=${answer?.warnings.filter((each) => !list?.doubts.some(({ entity: { id: of } }) => each.startsWith(of)))} />
    ${list && html`
      <p role="status">${list.totalCount} found${list.truncated ? `, and there may be more: ${list.truncated.reason}` : ""}</p>
      ${list.doubts.map(({ reason, entity: each }) => html`<p class="warning">${each.caption}: ${reason}</p>`)}
      <ul class="cards">${list.nodes.map((holding) => html`
        <${Card} key=${holding.entity.id} card=${holding.entity} actions=${actions}>
          <p class="share">
            <span class="bar"><span style=${{ width: `${(holding.share ?? 0) * 100}%` }}></span></span>
            ${told(holding)}</p>
          <details><summary>${routes(holding)}</summary>
            <${PathList} result=${holding.routes} actions=${actions} /></details>
        <//>`)}</ul>
      ${list.nodes.length > 0 && html`<button onClick=${() => actions.drawResults(list.nodes.map(({ routes }) => routes))}>
        Draw all of it as a tree</button>`}`}
  </section>`;
}

function told({ share, lowerBound, above, unnamed }) {
  if (unnamed) return unnamed;
  if (share === null) return "a share that is not known";
  const percent = `${(share * 100).toLocaleString("en", { maximumFractionDigits: 2 })} %`;
  return above ? `more than ${percent}` : lowerBound ? `at least ${percent}` : percent;
}

const routes = ({ routes: { paths } }) => (paths.length === 1 ? "the route" : `${paths.length} routes`);

// Groups: several nodes that are drawn as one, until somebody takes them apart.

import { middle } from "./diagram.js";

const PREFIX = "group:";

/** Whether a drawn node stands for a group. */
export const isGroup = (id) => id.startsWith(PREFIX);

/** The state as it is drawn: each group is one node, to which the lines of its members lead. */
export function collapsed(state) {
  const groups = new Map();
  for (const node of Object.values(state.nodes)) {
    if (!node.group) continue;
    groups.set(node.group, [...(groups.get(node.group) ?? []), node]);
  }
  if (groups.size === 0) return state;
  const nodes = { ...state.nodes };
  const home = new Map();
  for (const [name, members] of groups) {
    const id = PREFIX + name;
    for (const member of members) {
      delete nodes[member.id];
      home.set(member.id, id);
    }
    nodes[id] = {
      id, caption: `${name} (${members.length})`, schema: "Group", dataset: members[0].dataset,
      topics: [...new Set(members.flatMap(({ topics }) => topics))], countries: [],
      ...middle(members),
    };
  }
  const edges = Object.fromEntries(Object.entries(state.edges).map(([key, edge]) => {
    const [source, target] = [home.get(edge.source) ?? edge.source, home.get(edge.target) ?? edge.target];
    return [key, { ...edge, source, target }];
  }).filter(([, edge]) => edge.source !== edge.target));
  return { ...state, nodes, edges };
}

/** The records behind drawn nodes: of a group its members. */
export const members = (state, ids) => [...ids].flatMap((id) => isGroup(id)
  ? Object.values(state.nodes).filter(({ group }) => PREFIX + group === id).map((node) => node.id)
  : [id]);

/** Where records are after drawn nodes were moved: those of a group go along. */
export function moved(state, places) {
  const drawn = collapsed(state).nodes;
  return Object.fromEntries(Object.entries(places).flatMap(([id, place]) => {
    if (!isGroup(id)) return [[id, place]];
    const [right, up] = [place.x - drawn[id].x, place.y - drawn[id].y];
    return members(state, [id]).map((each) => {
      const { x, y } = state.nodes[each];
      return [each, { x: x + right, y: y + up }];
    });
  }));
}

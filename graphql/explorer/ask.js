// Asks the API: one GraphQL document in, its data and warnings out, or a Trouble that says what to do.

const LONGEST_WAIT = 20; // seconds that a busy server may ask us to wait

/** What went wrong, in words for the person at the keyboard. */
export class Trouble extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The data of an answer. Waits and asks again where the server says so. */
export async function ask(query, variables = {}, { signal, onWait } = {}) {
  for (let attempt = 0; ; attempt++) {
    const answer = await post({ query, variables }, signal);
    const wait = Number(answer.headers.get("Retry-After"));
    if ([429, 503].includes(answer.status) && wait <= LONGEST_WAIT && attempt < 3) {
      onWait?.(wait);
      await pause(wait * 1000 + 200, signal);
      continue;
    }
    return await read(answer);
  }
}

async function post(body, signal) {
  try {
    return await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("Clew cannot be reached. Is it still running? Try again.", "OFFLINE");
  }
}

async function read(answer) {
  let body;
  try {
    body = await answer.json();
  } catch {
    throw new Trouble(`Clew answered with status ${answer.status}, and not with data.`, "UNREADABLE");
  }
  const errors = body.errors ?? [];
  if (!body.data || Object.values(body.data).every((value) => value === null)) {
    const first = errors[0];
    if (first) throw new Trouble(first.message, first.extensions?.code);
  }
  return {
    data: body.data ?? {},
    warnings: [
      ...(body.extensions?.warnings ?? []).map((warning) => warning.message),
      ...errors.map((error) => error.message),
    ],
  };
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("No longer wanted", "AbortError"));
    });
  });
}

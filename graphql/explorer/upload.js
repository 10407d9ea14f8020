// Brings a file to the server in parts, and goes on where a lost connection left it.

import { Trouble } from "./ask.js";

const PART = 4 * 1024 * 1024; // bytes
const AT_ONCE = 2; // files on their way at the same time
const TRIES = 5;
const LONGEST_WAIT = 30; // seconds
const AGAIN = ["OFFLINE", "BUSY"];

let running = 0;
const waiting = [];

/** One file on its way: `state` is waiting, sending, or taken; `trouble` says why it stopped. */
export class Upload {
  constructor(dataset, file, path) {
    this.dataset = dataset;
    this.file = file;
    this.path = path;
    this.sent = 0;
    this.state = "waiting";
    this.trouble = null;
    // the server knows the parts of one file by this name
    const digits = crypto.getRandomValues(new Uint8Array(16));
    this.id = [...digits].map((digit) => digit.toString(16).padStart(2, "0")).join("");
  }

  get address() {
    return `/datasets/${encodeURIComponent(this.dataset)}/uploads/${this.id}`;
  }

  /** Send it when its turn comes; `tell` is called whenever something changes. */
  async run(tell) {
    this.trouble = null;
    this.state = "waiting";
    tell();
    if (running >= AT_ONCE) await new Promise((resolve) => waiting.push(resolve));
    running += 1;
    try {
      await this.send(tell);
    } catch (error) {
      this.trouble = error;
    } finally {
      running -= 1;
      waiting.shift()?.();
      tell();
    }
  }

  async send(tell) {
    this.state = "sending";
    // an empty file has one part, too
    do {
      const part = this.file.slice(this.sent, this.sent + PART);
      await this.patiently(async () => {
        const { size } = await this.ask(`${this.address}/file?offset=${this.sent}`, "PUT", part);
        this.sent = size;
      });
      tell();
    } while (this.sent < this.file.size);
    const body = JSON.stringify({ paths: { file: this.path } });
    await this.patiently(() => this.ask(`${this.address}/documents`, "POST", body));
    this.state = "taken";
  }

  /** Do something again where the connection was lost, after asking how much is there. */
  async patiently(act) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (!AGAIN.includes(error.code) || attempt === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, (error.wait || 2 ** attempt / 2) * 1000));
        const { files } = await this.ask(this.address, "GET").catch(() => ({ files: {} }));
        this.sent = files.file ?? this.sent;
      }
    }
  }

  async ask(address, method, body) {
    let answer;
    try {
      answer = await fetch(address, { method, body });
    } catch {
      throw new Trouble("The connection was lost. What has arrived is kept: go on.", "OFFLINE");
    }
    if (answer.status === 409 && answer.headers.get("Upload-Offset")) {
      return { size: Number(answer.headers.get("Upload-Offset")) };
    }
    const told = await answer.json().catch(() => null);
    if (!answer.ok) {
      const { message, extensions } = told?.errors?.[0] ?? {};
      const trouble = new Trouble(
        message ?? `Clew answered with status ${answer.status}.`, extensions?.code);
      trouble.wait = Math.min(LONGEST_WAIT, Number(answer.headers.get("Retry-After")));
      if ([409, 429, 503].includes(answer.status)) trouble.code = "BUSY";
      throw trouble;
    }
    return told;
  }
}

/** The files of what was dropped, those in folders too: [{file, path}]. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, path: file.name }));
  return (await Promise.all(entries.map((entry) => inside(entry)))).flat();
}

async function inside(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // a reader gives its entries in portions, and an empty one at the end
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(inside))).flat();
}

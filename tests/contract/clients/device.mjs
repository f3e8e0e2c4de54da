// Somebody's browser on one trip: the official Socket.IO client, a fold of the log, and a Y.Doc.
import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import * as Y from "yjs";

const address = process.env.WANDR_URL ?? "";
const PATIENCE = 10_000; // ms

/** The JSON of an answer; fails when its status is another one. */
export async function rest(person, method, path, { body, status = 200 } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (person) headers.Authorization = `Bearer ${person.token}`;
  const answer = await fetch(`${address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, status, `${method} ${path}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Somebody who exists (`email:password`), or somebody new. */
export async function person(name, known) {
  const [email, password] = known?.split(":") ?? [`${name}.${randomUUID().slice(0, 8)}@example.com`, randomUUID()];
  const told = known
    ? await rest(null, "POST", "/auth/login", { body: { email, password } })
    : await rest(null, "POST", "/auth/register", { body: { email, password, display_name: name }, status: 201 });
  return { id: told.user.id, token: told.access_token };
}

export async function until(condition, what) {
  const deadline = Date.now() + PATIENCE;
  while (!condition()) {
    assert(Date.now() < deadline, `it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class Device {
  seq = null;
  rows = {};
  heard = [];
  docs = {};
  clientId = randomUUID();

  constructor(who, trip) {
    Object.assign(this, { who, trip });
  }

  /** Connect; the refusal when there is one. A second time: with what is held already. */
  connect(auth = {}) {
    this.socket = io(address, {
      auth: { token: this.who.token, client_id: this.clientId, proto: 1, ...auth },
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
    });
    this.socket.onAny((event, told) => this.#hear(event, told));
    return new Promise((resolve) => {
      this.socket.on("connect", () => resolve(null));
      this.socket.on("connect_error", resolve);
    });
  }

  close() {
    this.socket.close();
  }

  ask(event, payload) {
    return this.socket.timeout(PATIENCE).emitWithAck(event, payload);
  }

  /** Join from what is held; the acknowledgement. */
  async join() {
    const told = await this.ask("trip:join", { trip_id: this.trip, since: this.seq });
    if (told.mode === "snapshot") this.#load(await rest(this.who, "GET", told.snapshot_url.slice("/api/v1".length)));
    if (told.mode === "delta") this.#take(told.changes);
    return told;
  }

  mutate(ops, more = {}) {
    return this.ask("trip:mutate", { trip_id: this.trip, mutation_id: randomUUID(), ops, ...more });
  }

  /** The payloads of an event, in the order in which they came. */
  events(name) {
    return this.heard.filter((one) => one.event === name).map((one) => one.told);
  }

  /** Wait until it has applied everything up to this seq. */
  reaches(seq) {
    return until(() => this.seq >= seq, `seq ${seq}, at ${this.seq}`);
  }

  /** What it holds, in the shape of a snapshot; rows by id, for their order is nobody's promise. */
  async equalsSnapshot() {
    const there = await rest(this.who, "GET", `/trips/${this.trip}/snapshot`);
    await this.reaches(there.seq);
    assert.deepEqual({ seq: this.seq, rows: this.rows }, { seq: there.seq, rows: rowsOf(there) });
    return there;
  }

  /** Open the notes of an activity for typing: a Y.Text that others' updates flow into. */
  async openNotes(id) {
    const doc = (this.docs[id] = new Y.Doc());
    const { state } = await rest(this.who, "GET", `/trips/${this.trip}/activities/${id}/text/notes`);
    Y.applyUpdate(doc, Buffer.from(state, "base64"), "server");
    return doc.getText("notes");
  }

  /** Type, and keep the update for `send`: what a browser does between two keystrokes' sendings. */
  type(id, write) {
    const updates = [];
    const doc = this.docs[id];
    const keep = (update) => updates.push(update);
    doc.on("update", keep);
    doc.transact(() => write(doc.getText("notes")));
    doc.off("update", keep);
    const update = Buffer.from(Y.mergeUpdates(updates)).toString("base64");
    return { op: "text", entity: "activity", id, field: "notes", update };
  }

  #hear(event, told) {
    this.heard.push({ event, told });
    if (event === "trip:changes") this.#take(told.changes);
  }

  #load(snapshot) {
    this.seq = snapshot.seq;
    this.rows = rowsOf(snapshot);
  }

  #take(changes) {
    for (const change of changes) {
      if (this.seq === null || change.seq <= this.seq) continue;
      assert.equal(change.seq, this.seq + 1, "a gap in the log");
      for (const op of change.ops) this.#fold(op);
      this.seq = change.seq;
    }
  }

  #fold(op) {
    const table = (this.rows[op.entity] ??= {});
    if (op.op === "create" || op.op === "restore") table[op.id] = op.value;
    else if (op.op === "delete") delete table[op.id];
    else table[op.id] = { ...table[op.id], ...spliced(table[op.id], op), ...op.fields };
    if (op.op === "text" && this.docs[op.id]) Y.applyUpdate(this.docs[op.id], Buffer.from(op.update, "base64"), "server");
  }
}

function spliced(row, op) {
  if (op.op !== "text") return {};
  const text = row[op.field];
  const { at, delete: count, insert } = op.splice; // in UTF-16 code units, as strings count here
  return { [op.field]: text.slice(0, at) + insert + text.slice(at + count) };
}

function rowsOf(snapshot) {
  const byId = (rows, key = "id") => Object.fromEntries(rows.map((row) => [row[key], row]));
  const content = Object.entries(snapshot.entities).map(([name, rows]) => [name, byId(rows)]);
  return { trip: byId([snapshot.trip]), member: byId(snapshot.members, "user_id"), ...Object.fromEntries(content) };
}

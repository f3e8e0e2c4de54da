// Many sockets in one process, as lean as can be: Engine.IO 4 and Socket.IO 5 by hand over `ws`.
// Reads a command as a line of JSON, answers with a line of JSON; load.py holds the other end.
const readline = require("readline");
const { randomUUID } = require("crypto");
const WebSocket = require("ws");

const AT_ONCE = 50; // handshakes under way while a group gathers calmly
const PATIENCE = 120_000; // ms
const now = () => performance.now();

// What differs between the servers: how one says hello, joins and writes, and how changes arrive.
const WANDR = {
  hello: (place) => JSON.stringify({ token: place.token, client_id: randomUUID(), proto: 1 }),
  join: (place) => ["trip:join", { trip_id: place.trip, since: place.since ?? null }],
  write: (place, key) => {
    const fields = { title: `Title ${key}` };
    const op = { op: "update", entity: "activity", id: place.activity, fields };
    return ["trip:mutate", { trip_id: place.trip, mutation_id: key, ops: [op] }];
  },
  heard: (event, told) =>
    event === "trip:changes" ? told.changes.map((one) => [one.seq, one.mutation_id]) : [],
};
const PEER = {
  hello: () => "",
  join: (place) => ["join", { room: place.trip }],
  write: (place, key) => ["mutate", { room: place.trip, t: key, pad: place.pad }],
  heard: (event, told) => (event === "change" ? [[told.seq, told.t]] : []),
};
const SERVERS = { wandr: WANDR, peer: PEER };

class Group {
  constructor(server) {
    this.server = SERVERS[server];
    this.sockets = [];
    this.sent = new Map(); // when each write was sent, by its key
    this.late = []; // ms from sending to hearing, of every delivery
    this.disordered = 0;
    this.deaf = 0; // sockets that were closed by the server
    this.busy = 0; // times that a socket was told to come again
    this.failure = null;
    this.bytes = 0; // of the last frame that brought a change
    this.parsed = ["", null];
  }

  // The same frame comes to every socket of a group: it is parsed once.
  parse(text) {
    if (text !== this.parsed[0]) this.parsed = [text, JSON.parse(text.slice(2))];
    return this.parsed[1];
  }

  forget() {
    this.sent.clear();
    this.late = [];
    this.disordered = this.busy = 0;
  }

  hear(socket, text, at) {
    const [event, told] = this.parse(text);
    for (const [seq, key] of this.server.heard(event, told)) {
      const strict = this.server === WANDR && socket.last !== null;
      if (strict ? seq !== socket.last + 1 : seq <= socket.last) this.disordered += 1;
      socket.last = seq;
      this.bytes = text.length;
      if (this.sent.has(key)) this.late.push(at - this.sent.get(key));
    }
  }
}

class Socket {
  constructor(group, url, place) {
    Object.assign(this, { group, url, place, last: null, acks: new Map(), asked: 0 });
    this.ready = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.open();
  }

  open() {
    const address = `${this.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    this.raw = new WebSocket(address, { perMessageDeflate: false });
    this.raw.on("message", (data) => this.take(data.toString()));
    this.raw.on("error", (error) => this.reject(error));
    this.raw.on("close", () => {
      if (this.closing) return;
      this.group.deaf += 1;
      this.reject(new Error("the server has hung up"));
    });
  }

  // What a server that is busy asks for: another connection, a second and some chance later.
  async reopen() {
    this.raw.removeAllListeners("close");
    this.raw.terminate();
    await this.rest();
    this.open();
  }

  take(text) {
    if (text.startsWith("42")) return this.group.hear(this, text, now());
    if (text.startsWith("43")) return this.acknowledge(text);
    if (text.startsWith("2")) return this.raw.send("3");
    if (text.startsWith("0")) return this.raw.send(`40${this.group.server.hello(this.place)}`);
    if (text.startsWith("40")) return this.join();
    if (text.includes('"code":"busy"')) return this.reopen();
    this.reject(new Error(`refused: ${text}`));
  }

  async rest() {
    this.group.busy += 1;
    await pause(1000 + 1000 * Math.random());
  }

  async join() {
    const answer = await this.patiently(this.group.server.join(this.place));
    if (!answer.ok) return this.reject(new Error(`not joined: ${JSON.stringify(answer)}`));
    if (answer.head !== undefined) this.last = answer.head;
    this.caught = (answer.changes ?? []).length;
    this.resolve(this);
  }

  ask(event) {
    const id = this.asked++;
    this.raw.send(`42${id}${JSON.stringify(event)}`);
    return new Promise((resolve) => this.acks.set(id, resolve));
  }

  // Asks again as long as the server is busy.
  async patiently(event) {
    for (;;) {
      const answer = await this.ask(event);
      if (answer.error?.code !== "busy") return answer;
      await this.rest();
    }
  }

  acknowledge(text) {
    const start = text.indexOf("[");
    const id = Number(text.slice(2, start));
    const resolve = this.acks.get(id);
    this.acks.delete(id);
    resolve(JSON.parse(text.slice(start))[0]);
  }

  // Writes once; the ms until it was acknowledged.
  async write() {
    const key = randomUUID();
    const event = this.group.server.write(this.place, key);
    const at = now();
    this.group.sent.set(key, at);
    const answer = await this.patiently(event);
    const fine = answer.ok && (answer.results ?? []).every((one) => one.status === "applied");
    if (!fine) this.group.failure = `not written: ${JSON.stringify(answer)}`;
    return now() - at;
  }

  close() {
    this.closing = true;
    this.raw.terminate();
  }
}

const groups = {};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function heardBy(group, writes) {
  const end = now() + PATIENCE;
  while (group.late.length < writes * group.sockets.length) {
    if (group.failure) throw new Error(group.failure);
    if (now() > end) throw new Error(`${group.late.length} deliveries of ${writes} writes in time, told busy ${group.busy}`);
    await pause(1);
  }
}

function spread(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

function told(group, acks) {
  if (group.failure) throw new Error(group.failure);
  const { disordered, deaf, busy, bytes } = group;
  const counts = { deliveries: group.late.length, disordered, deaf, busy, bytes };
  return { ...counts, heard: spread(group.late), acked: spread(acks) };
}

const COMMANDS = {
  // Seats one socket at every place, `AT_ONCE` at a time, or all in the same instant.
  async gather({ group: name, server, url, places, storm }) {
    const group = (groups[name] ??= new Group(server));
    const began = now();
    const waiting = places.slice();
    const comers = [];
    const next = async () => {
      for (let place = waiting.shift(); place; place = waiting.shift()) {
        const socket = new Socket(group, url, place);
        comers.push(await socket.ready);
      }
    };
    await Promise.all(Array.from({ length: storm ? places.length : AT_ONCE }, next));
    group.sockets.push(...comers);
    const { busy } = group;
    return { ms: now() - began, busy, caught: Math.min(...comers.map((one) => one.caught)) };
  },

  // One writes, at most every so many ms and never before the last write is acknowledged.
  async pace({ group: name, count, every }) {
    const group = groups[name];
    group.forget();
    const acks = [];
    for (let number = 0; number < count; number++) {
      acks.push(await group.sockets[0].write());
      await pause(Math.max(0, every - acks[number]));
    }
    await heardBy(group, count);
    return told(group, acks);
  },

  // Some write `each` times without waiting, everybody listens.
  async burst({ group: name, writers, each }) {
    const group = groups[name];
    group.forget();
    const began = now();
    const acks = [];
    for (let number = 0; number < each; number++)
      for (const socket of group.sockets.slice(0, writers)) acks.push(socket.write());
    await heardBy(group, writers * each);
    const ms = now() - began;
    return { ...told(group, await Promise.all(acks)), ms };
  },

  // Everybody writes again as soon as they are acknowledged.
  async hammer({ group: name, ms }) {
    const group = groups[name];
    group.forget();
    const acks = [];
    const end = now() + ms;
    const hand = async (socket) => {
      while (now() < end) acks.push(await socket.write());
    };
    const began = now();
    await Promise.all(group.sockets.map(hand));
    return { ...told(group, acks), writes: acks.length, ms: now() - began };
  },

  async dismiss({ group: name }) {
    for (const socket of groups[name].sockets) socket.close();
    delete groups[name];
    return {};
  },
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const command = JSON.parse(line);
  const answer = await COMMANDS[command.do](command).catch((error) => ({ error: String(error) }));
  process.stdout.write(JSON.stringify(answer) + "\n");
});

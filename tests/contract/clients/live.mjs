// Two people edit one trip, live, by the official JavaScript client. The address of the server is
// WANDR_URL; people who exist already can be given as WANDR_ORGANIZER and WANDR_PARTICIPANT (email:password).
import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { Device, person, rest, until } from "./device.mjs";

const create = (title, fields = {}) => ({ op: "create", entity: "activity", id: randomUUID(), fields: { title, ...fields } });
const update = (id, fields) => ({ op: "update", entity: "activity", id, fields });
const statuses = (told) => told.results.map((result) => result.status);

const ada = await person("ada", process.env.WANDR_ORGANIZER);
const grace = await person("grace", process.env.WANDR_PARTICIPANT);
const trip = await rest(ada, "POST", "/trips", { body: { title: "Kyoto, live" }, status: 201 });
const path = `/trips/${trip.id}`;
const left = new Device(ada, trip.id);
const right = new Device(grace, trip.id);

async function refusesAtTheDoor() {
  for (const [auth, code] of [[{ token: "no" }, "unauthorized"], [{ proto: 99 }, "client_too_old"], [{ client_id: "no" }, "bad_handshake"]]) {
    const refusal = await new Device(ada, trip.id).connect(auth);
    assert.equal(refusal?.data?.code, code);
  }
  assert.equal(await right.connect(), null);
  assert.equal((await right.join()).error.code, "not_found"); // not yet a member
  assert.equal((await right.ask("trip:dance", {})).error.code, "unknown_event");
  assert.equal((await right.ask("trip:join", { trip_id: 1 })).error.code, "invalid");
  const big = await right.mutate([create("x".repeat(140_000))]);
  assert.equal(big.error.code, "too_large");
}

async function hearsWhatTheOtherDoes() {
  const invite = await rest(ada, "POST", `${path}/invites`, { body: { link: true, role: "participant" }, status: 201 });
  await rest(grace, "POST", `/invites/${invite.token}/acceptance`);
  assert.equal(await left.connect(), null);
  const [mine, theirs] = [await left.join(), await right.join()];
  assert.deepEqual([mine.mode, mine.role, theirs.role], ["snapshot", "organizer", "participant"]);
  const op = create("Fushimi Inari", { day: "2027-04-02" });
  const told = await left.mutate([op]);
  assert.deepEqual(statuses(told), ["applied"]);
  for (const device of [left, right]) await device.reaches(told.head);
  assert.equal(right.rows.activity[op.id].title, "Fushimi Inari");
  assert.equal(right.events("trip:changes").at(-1).changes[0].client_id, left.clientId);
  await right.equalsSnapshot();
  return op.id;
}

async function comesBackFromSince(id) {
  right.close();
  const since = right.seq;
  const again = { mutation_id: randomUUID() };
  const told = await left.mutate([update(id, { title: "Fushimi Inari at dawn" })], again);
  assert.deepEqual(await left.mutate([update(id, { title: "Fushimi Inari at dawn" })], again), told); // sent twice, done once
  await left.mutate([create("Lunch")]);
  assert.equal(await right.connect(), null);
  const joined = await right.join();
  assert.deepEqual([joined.mode, joined.changes.map((change) => change.seq)], ["delta", [since + 1, since + 2]]);
  await right.equalsSnapshot();
}

async function meetsConflicts(id) {
  const base = right.seq;
  await left.mutate([update(id, { status: "booked" })], { base_seq: base });
  const offline = await right.mutate([update(id, { status: "cancelled" })], { base_seq: base, mode: "offline" });
  assert.deepEqual(statuses(offline), ["conflict"]);
  assert.equal(offline.results[0].current.status, "booked");
  const live = await right.mutate([update(id, { status: "done" })], { base_seq: base });
  assert.deepEqual(statuses(live), ["applied"]);
  assert.deepEqual(live.results[0].overwrote.map((one) => [one.field, one.by, one.value]), [["status", ada.id, "booked"]]);
  const undone = await rest(grace, "POST", `${path}/changes/${live.head}/undo`, { body: { mutation_id: randomUUID() } });
  assert.equal(undone.partial, false);
  await left.reaches(undone.head);
  assert.equal(left.rows.activity[id].status, "booked");
  await left.equalsSnapshot();
}

async function typesTogether(id) {
  const [here, there] = [await left.openNotes(id), await right.openNotes(id)];
  const typed = right.type(id, (text) => text.insert(0, "Bring water 💧. ")); // not sent yet
  await rest(ada, "PATCH", `${path}/activities/${id}`, { body: { notes: "Wear good shoes." } });
  assert.deepEqual(statuses(await right.mutate([typed])), ["applied"]);
  const keys = [..."abcdefghij"];
  await Promise.all([left, right].map(async (device) => {
    for (const key of keys) {
      const word = `${device === left ? key.toUpperCase() : key}`;
      await device.mutate([device.type(id, (text) => text.insert(text.length, word))]);
    }
  }));
  const { seq } = await left.equalsSnapshot();
  await right.reaches(seq);
  await right.equalsSnapshot();
  const { notes } = await rest(grace, "GET", `${path}/activities/${id}`);
  for (const text of [here.toString(), there.toString(), left.rows.activity[id].notes]) assert.equal(text, notes);
  for (const words of ["Wear good shoes.", "Bring water 💧. "]) assert(notes.includes(words), notes);
  for (const key of keys) assert(notes.includes(key) && notes.includes(key.toUpperCase()), notes);
  const garbled = { op: "text", entity: "activity", id, field: "notes", update: "AAAAAAA=" };
  assert.notDeepEqual(statuses(await right.mutate([garbled])), ["applied"]);
  return notes;
}

async function losesTheRightToWrite(id) {
  await rest(ada, "PATCH", `${path}/members/${grace.id}`, { body: { role: "viewer" } });
  await until(() => right.events("trip:role").length, "trip:role");
  assert.deepEqual(right.events("trip:role"), [{ trip_id: trip.id, role: "viewer" }]);
  const refused = await right.mutate([update(id, { title: "Mine" })]);
  assert.deepEqual([statuses(refused), refused.results[0].error.code], [["rejected"], "forbidden"]);
  await right.equalsSnapshot(); // and hears everything still
}

async function isRemoved() {
  await rest(ada, "DELETE", `${path}/members/${grace.id}`, { status: 204 });
  await until(() => right.events("trip:revoked").length, "trip:revoked");
  const heard = right.events("trip:changes").length;
  const told = await left.mutate([create("Without Grace")]);
  await left.reaches(told.head);
  assert.equal((await right.join()).error.code, "not_found");
  assert.equal((await right.mutate([create("Still here")])).error.code, "not_found");
  assert.equal(right.events("trip:changes").length, heard);
  assert(right.seq < told.head - 1);
}

await refusesAtTheDoor();
const id = await hearsWhatTheOtherDoes();
await comesBackFromSince(id);
await meetsConflicts(id);
const notes = await typesTogether(id);
await losesTheRightToWrite(id);
await isRemoved();
for (const device of [left, right]) device.close();
await rest(ada, "DELETE", path, { status: 204 });
console.log(`the live story ends at seq ${left.seq}, with the notes ${JSON.stringify(notes)}`);

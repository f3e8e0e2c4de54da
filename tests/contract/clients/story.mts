// Two people plan a trip, by the types that openapi-typescript has generated.
import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Activity = components["schemas"]["ActivityView"];
const address = process.argv[2] ?? "";

async function newcomer(name: string) {
  const account = { email: `${name}.ts@example.com`, password: `${name} and a long passphrase`, display_name: name };
  const { data, error } = await createClient<paths>({ baseUrl: address }).POST("/api/v1/auth/register", { body: account });
  assert(data, JSON.stringify(error));
  const headers = { Authorization: `Bearer ${data.access_token}` };
  return createClient<paths>({ baseUrl: address, headers });
}

const [ada, grace] = [await newcomer("ada"), await newcomer("grace")];

const made = await ada.POST("/api/v1/trips", { body: { title: "Kyoto in spring", timezone: "Asia/Tokyo" } });
assert(made.data, JSON.stringify(made.error));
const path = { trip_id: made.data.id };
const mine = await ada.GET("/api/v1/trips", { params: { query: { limit: 5, status: "planning" } } });
assert.deepEqual(mine.data?.items.map((trip) => trip.id), [made.data.id]);

const hidden = await grace.GET("/api/v1/trips/{trip_id}", { params: { path } });
assert.equal(hidden.error?.code, "not_found");
const invite = await ada.POST("/api/v1/trips/{trip_id}/invites", { params: { path }, body: { link: true, role: "participant" } });
assert(invite.data, JSON.stringify(invite.error));
const token = { token: invite.data.token };
const joined = await grace.POST("/api/v1/invites/{token}/acceptance", { params: { path: token } });
assert.equal(joined.data?.role, "participant");

const planned = await grace.POST("/api/v1/trips/{trip_id}/activities", {
  params: { path, header: { "Idempotency-Key": "once" } },
  body: { title: "Fushimi Inari", day: "2027-04-02", start_time: "06:00", timezone: "Asia/Tokyo" },
});
const activity: Activity | undefined = planned.data;
assert(activity, JSON.stringify(planned.error));
const outcome = await grace.POST("/api/v1/trips/{trip_id}/changes", {
  params: { path },
  body: {
    mutation_id: randomUUID(),
    ops: [{ op: "update", entity: "activity", id: activity.id, fields: { title: "At dawn" } }],
  },
});
assert.deepEqual(outcome.data?.results.map((result) => result.status), ["applied"]);

const snapshot = await ada.GET("/api/v1/trips/{trip_id}/snapshot", { params: { path } });
assert.deepEqual(snapshot.data?.entities.activity.map((one) => one.title), ["At dawn"]);
console.log(`the story ends at seq ${snapshot.data?.seq}`);

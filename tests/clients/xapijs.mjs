// Scenarios of @xapi/xapi: `node xapijs.mjs SCENARIO` ends with 0 if all is as expected.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const { ENDPOINT, KEY, SECRET, VERSION, ADAPTER, PACKAGES } = process.env;
const required = createRequire(`${PACKAGES}/`)("@xapi/xapi");
const XAPI = required.default ?? required;

const auth = XAPI.toBasicAuth(KEY, SECRET);
const xapi = new XAPI({ endpoint: `${ENDPOINT}/`, auth, version: VERSION, adapter: ADAPTER });

const iri = (kind) => `https://example.test/${kind}/${randomUUID()}`;
const newAgent = () => ({
    objectType: "Agent",
    account: { homePage: "https://example.test", name: randomUUID() },
});
const newStatement = (more = {}) => ({
    id: randomUUID(),
    actor: newAgent(),
    verb: { id: iri("verbs"), display: { fi: "teki" } },
    object: { objectType: "Activity", id: iri("activities") },
    ...more,
});
// The adapter for axios throws the response, the one for fetch throws the text of its body.
const isRefused = (status, word) => (error) =>
    error.response ? error.response.status === status : error.message.includes(word);

const scenarios = {
    async about() {
        const { data } = await xapi.getAbout();
        assert.ok(data.version.includes(VERSION));
    },

    async statement() {
        const statement = newStatement({ result: { response: "Hyvää \u{1F600}" } });
        const sent = await xapi.sendStatement({ statement });
        assert.deepEqual(sent.data, [statement.id]);
        const { data } = await xapi.getStatement({ statementId: statement.id });
        assert.deepEqual(data.result, statement.result);
        assert.deepEqual(data.verb, statement.verb);
    },

    async pages() {
        const verb = { id: iri("verbs") };
        const statements = [1, 2, 3].map(() => newStatement({ verb }));
        await xapi.sendStatements({ statements });
        const first = await xapi.getStatements({ verb: verb.id, limit: 2, ascending: true });
        const second = await xapi.getMoreStatements({ more: first.data.more });
        const found = [...first.data.statements, ...second.data.statements];
        assert.deepEqual(found.map((each) => each.id), statements.map((each) => each.id));
        assert.ok(!second.data.more);
    },

    async related() {
        const agent = newAgent();
        const statement = newStatement({ context: { instructor: agent } });
        await xapi.sendStatement({ statement });
        const { data } = await xapi.getStatements({ agent, related_agents: true });
        assert.deepEqual(data.statements.map((each) => each.id), [statement.id]);
    },

    async voiding() {
        const statement = newStatement();
        await xapi.sendStatement({ statement });
        await xapi.voidStatement({ actor: newAgent(), statementId: statement.id });
        await assert.rejects(xapi.getStatement({ statementId: statement.id }), isRefused(404, "not_found"));
        const { data } = await xapi.getVoidedStatement({ voidedStatementId: statement.id });
        assert.equal(data.id, statement.id);
    },

    async attachments() {
        const content = new TextEncoder().encode("some words");
        const attachment = {
            usageType: "https://example.test/usage",
            display: { en: "a file" },
            contentType: "text/plain",
            length: content.length,
            sha2: createHash("sha256").update(content).digest("hex"),
        };
        const statement = newStatement({ attachments: [attachment] });
        await xapi.sendStatement({ statement, attachments: [content.buffer] });
        const { data } = await xapi.getStatement({ statementId: statement.id, attachments: true });
        const [found, file] = data;
        assert.equal(found.id, statement.id);
        assert.equal(file, "some words");
    },

    async state() {
        const where = { activityId: iri("activities"), agent: newAgent(), stateId: "bookmark" };
        await xapi.createState({ ...where, state: { page: 7 } });
        const { data, headers } = await xapi.getState(where);
        assert.deepEqual(data, { page: 7 });
        const etag = headers.etag ?? headers.get("etag");
        await xapi.setState({ ...where, state: { page: 8 }, etag, matchHeader: "If-Match" });
        assert.deepEqual((await xapi.getState(where)).data, { page: 8 });
        assert.deepEqual((await xapi.getStates(where)).data, ["bookmark"]);
        await xapi.deleteStates(where);
        assert.deepEqual((await xapi.getStates(where)).data, []);
    },

    async profiles() {
        for (const [kind, owner] of [
            ["ActivityProfile", { activityId: iri("activities") }],
            ["AgentProfile", { agent: newAgent() }],
        ]) {
            const where = { ...owner, profileId: "one" };
            await xapi[`create${kind}`]({ ...where, profile: { a: 1 } });
            const { data, headers } = await xapi[`get${kind}`](where);
            assert.deepEqual(data, { a: 1 });
            const etag = headers.etag ?? headers.get("etag");
            const change = { ...where, profile: { b: 2 }, matchHeader: "If-Match" };
            await assert.rejects(xapi[`set${kind}`]({ ...change, etag: '"wrong"' }), isRefused(412, "precondition_failed"));
            await xapi[`set${kind}`]({ ...change, etag });
            assert.deepEqual((await xapi[`get${kind}s`](owner)).data, ["one"]);
            await xapi[`delete${kind}`](where);
            assert.deepEqual((await xapi[`get${kind}s`](owner)).data, []);
        }
    },

    async person() {
        const agent = { ...newAgent(), name: "Aino" };
        await xapi.sendStatement({ statement: newStatement({ actor: agent }) });
        const { data } = await xapi.getAgent({ agent });
        assert.deepEqual(data.name, ["Aino"]);
        const activityId = iri("activities");
        assert.equal((await xapi.getActivity({ activityId })).data.id, activityId);
    },
};

await scenarios[process.argv[2]]().catch((error) => {
    console.error(error.message, error.response?.data ?? "");
    process.exit(1);
});

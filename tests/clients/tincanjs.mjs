// Scenarios of TinCanJS: `node tincanjs.mjs SCENARIO` ends with 0 if all is as expected.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const { ENDPOINT, KEY, SECRET, PACKAGES } = process.env;
const TinCan = createRequire(`${PACKAGES}/`)("tincanjs");

const lrs = new TinCan.LRS({
    endpoint: `${ENDPOINT}/`,
    username: KEY,
    password: SECRET,
    allowFail: false,
});

const iri = (kind) => `https://example.test/${kind}/${randomUUID()}`;
const newAgent = () =>
    new TinCan.Agent({ account: { homePage: "https://example.test", name: randomUUID() } });
const newActivity = () => new TinCan.Activity({ id: iri("activities") });
const newStatement = (more = {}) =>
    new TinCan.Statement({
        actor: newAgent(),
        verb: { id: iri("verbs"), display: { fi: "teki" } },
        target: newActivity(),
        ...more,
    });

// Calls a method that takes `callback` in its last argument; answers or throws what it is given.
function call(method, ...args) {
    const cfg = args.pop();
    return new Promise((resolve, reject) => {
        const callback = (err, result) =>
            err === null ? resolve(result) : reject(new Error(`${method}: ${err} ${result?.responseText}`));
        lrs[method](...args, { ...cfg, callback });
    });
}

const scenarios = {
    async about() {
        const about = await call("about", { params: {} });
        assert.ok(about.version.includes("1.0.3"));
    },

    async statement() {
        const statement = newStatement({ result: { response: "Hyvää \u{1F600}", success: true } });
        await call("saveStatement", statement, {});
        const found = await call("retrieveStatement", statement.id, {});
        assert.equal(found.result.response, "Hyvää \u{1F600}");
        assert.equal(found.verb.display.fi, "teki");
        assert.ok(found.stored);
    },

    async pages() {
        const verb = iri("verbs");
        const batch = [1, 2, 3].map(() => newStatement({ verb: { id: verb } }));
        await call("saveStatements", batch, {});
        const params = { verb: new TinCan.Verb({ id: verb }), limit: 2, ascending: true };
        const first = await call("queryStatements", { params });
        const second = await call("moreStatements", { url: first.more });
        const ids = [...first.statements, ...second.statements].map((each) => each.id);
        assert.deepEqual(ids, batch.map((each) => each.id));
        assert.ok(!second.more);
    },

    async voiding() {
        const statement = newStatement();
        await call("saveStatement", statement, {});
        const voider = newStatement({
            verb: { id: "http://adlnet.gov/expapi/verbs/voided" },
            target: new TinCan.StatementRef({ id: statement.id }),
        });
        await call("saveStatement", voider, {});
        await assert.rejects(call("retrieveStatement", statement.id, {}), /404/);
        const found = await call("retrieveVoidedStatement", statement.id, {});
        assert.equal(found.id, statement.id);
    },

    async attachments() {
        const attachment = new TinCan.Attachment({
            usageType: "https://example.test/usage",
            display: { en: "a file" },
            contentType: "text/plain; charset=utf-8",
        });
        attachment.setContentFromString("some words");
        const statement = newStatement({ attachments: [attachment] });
        await call("saveStatement", statement, {});
        const found = await call("retrieveStatement", statement.id, { params: { attachments: true } });
        assert.equal(found.attachments[0].getContentAsString(), "some words");
        const params = { agent: statement.actor, attachments: true };
        const { statements } = await call("queryStatements", { params });
        assert.equal(statements[0].attachments[0].getContentAsString(), "some words");
    },

    async state() {
        const where = { activity: newActivity(), agent: newAgent(), registration: randomUUID() };
        const json = { contentType: "application/json" };
        await call("saveState", "bookmark", { page: 7 }, { ...where, ...json });
        const state = await call("retrieveState", "bookmark", where);
        assert.deepEqual(state.contents, { page: 7 });
        await call("saveState", "bookmark", { page: 8 }, { ...where, ...json, lastSHA1: state.etag });
        await call("saveState", "bookmark", { size: 9 }, { ...where, ...json, method: "POST" });
        const merged = await call("retrieveState", "bookmark", where);
        assert.deepEqual(merged.contents, { page: 8, size: 9 });
        assert.deepEqual(await call("retrieveStateIds", where), ["bookmark"]);
        await call("dropState", null, where);
        assert.deepEqual(await call("retrieveStateIds", where), []);
    },

    async profiles() {
        for (const [kind, where] of [
            ["ActivityProfile", { activity: newActivity() }],
            ["AgentProfile", { agent: newAgent() }],
        ]) {
            const text = { ...where, contentType: "text/plain" };
            await call(`save${kind}`, "one", "some text", text);
            await assert.rejects(call(`save${kind}`, "one", "other text", text), /412/);
            const profile = await call(`retrieve${kind}`, "one", where);
            assert.equal(profile.contents, "some text");
            await call(`save${kind}`, "one", "new text", { ...text, lastSHA1: profile.etag });
            assert.deepEqual(await call(`retrieve${kind}Ids`, where), ["one"]);
            await call(`drop${kind}`, "one", where);
            assert.deepEqual(await call(`retrieve${kind}Ids`, where), []);
        }
    },

    async activity() {
        const definition = { name: { en: "a meeting", fi: "kokous" } };
        const target = new TinCan.Activity({ id: iri("activities"), definition });
        await call("saveStatement", newStatement({ target }), {});
        const activity = await call("retrieveActivity", target.id, {});
        assert.deepEqual(activity.definition.name, definition.name);
    },

    async conflict() {
        const statement = newStatement();
        await call("saveStatement", statement, {});
        const other = newStatement({ id: statement.id });
        await assert.rejects(call("saveStatement", other, {}), /409/);
    },
};

await scenarios[process.argv[2]]().catch((error) => {
    console.error(error.message, error.response?.data ?? "");
    process.exit(1);
});

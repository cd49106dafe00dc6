import assert from "node:assert/strict";
import { Ollama } from "ollama";
import { assertArguments, assertPlace, placeSchema, text } from "./expected.mjs";

const hello = { model: "chat", messages: [{ role: "user", content: "Hi" }] };
const tools = [{ type: "function", function: { name: "note_place", description: "Notes a place.", parameters: placeSchema } }];

// The reports of something that goes on, of which the last one says that it is done.
async function reports(progress) {
  const all = [];
  for await (const report of progress) {
    all.push(report);
  }
  assert.equal(all.at(-1).status, "success");
  return all;
}

export function scenarios(host, registry) {
  const ollama = new Ollama({ host });
  return {
    async chat() {
      const answer = await ollama.chat(hello);
      assert.equal(answer.message.content, text);
      assert.equal(answer.done, true);
      assert.ok(answer.eval_count > 0 && answer.total_duration > 0);
    },
    async stream() {
      let said = "";
      let last;
      for await (const part of await ollama.chat({ ...hello, stream: true })) {
        said += part.message.content;
        last = part;
      }
      assert.equal(said, text);
      assert.equal(last.done_reason, "stop");
    },
    async tools() {
      const { message } = await ollama.chat({ ...hello, tools });
      const [call] = message.tool_calls;
      assert.equal(call.function.name, "note_place");
      assertArguments(call.function.arguments);
      const messages = [...hello.messages, message, { role: "tool", tool_name: "note_place", content: "noted" }];
      assert.equal((await ollama.chat({ ...hello, messages, tools })).message.content, text);
    },
    async structured() {
      const answer = await ollama.chat({ ...hello, format: placeSchema });
      assertPlace(JSON.parse(answer.message.content));
    },
    async generate() {
      const answer = await ollama.generate({ model: "chat", prompt: "Hi" });
      assert.equal(answer.response, text);
      assert.ok(answer.context.length > 0);
      let said = "";
      for await (const part of await ollama.generate({ model: "chat", prompt: "And?", context: answer.context, stream: true })) {
        said += part.response;
      }
      assert.equal(said, text);
    },
    async embed() {
      const { embeddings } = await ollama.embed({ model: "embed", input: ["the cat", "a dog"] });
      assert.equal(embeddings.length, 2);
      assert.equal((await ollama.embeddings({ model: "embed", prompt: "the cat" })).embedding.length, embeddings[0].length);
    },
    async models() {
      const { models } = await ollama.list();
      assert.deepEqual(models.map((model) => model.name).sort(), ["chat", "embed"]);
      const shown = await ollama.show({ model: "chat" });
      assert.equal(shown.details.family, "qwen2");
      assert.ok(shown.model_info["qwen2.context_length"] > 0);
      await ollama.chat({ model: "chat", messages: [] });
      assert.ok((await ollama.ps()).models.some((model) => model.name === "chat"));
      assert.match((await ollama.version()).version, /^\d+\.\d+\.\d+$/);
    },
    async store() {
      const source = `${registry}/library/tiny:t`;
      const copy = `${registry}/library/mine:t`;
      const pulled = await reports(await ollama.pull({ model: source, insecure: true, stream: true }));
      assert.ok(pulled.some((report) => /^pulling [0-9a-f]{12}$/.test(report.status) && report.total > 0 && report.completed === report.total));
      const created = await reports(await ollama.create({ model: "mine", from: source, system: "Be brief.", parameters: { temperature: 0.5 }, stream: true }));
      assert.ok(created.some((report) => report.status === "writing manifest"));
      assert.equal((await ollama.copy({ source: "mine", destination: copy })).status, "success");
      assert.equal((await ollama.show({ model: copy })).system, "Be brief.");
      const pushed = await reports(await ollama.push({ model: copy, insecure: true, stream: true }));
      assert.ok(pushed.some((report) => report.status === "pushing manifest"));
      assert.equal((await ollama.delete({ model: copy })).status, "success");
      await assert.rejects(ollama.show({ model: copy }), { status_code: 404 });
      assert.equal((await ollama.pull({ model: copy, insecure: true })).status, "success");
      const shown = await ollama.show({ model: copy });
      assert.equal(shown.details.family, "qwen2");
      assert.match(shown.parameters, /temperature +0\.5/);
      for (const model of [source, "mine", copy]) {
        await ollama.delete({ model });
      }
      await assert.rejects(ollama.pull({ model: `${registry}/library/nothing:t`, insecure: true }), { message: "pull model manifest: file does not exist", status_code: 404 });
    },
    async errors() {
      await assert.rejects(ollama.chat({ ...hello, model: "nobody" }), { name: "ResponseError", message: "model 'nobody' not found", status_code: 404 });
    },
    async abort() {
      const stream = await ollama.chat({ ...hello, stream: true });
      stream.abort();
      await assert.rejects(async () => {
        for await (const _ of stream) {
        }
      }, { name: "AbortError" });
    },
  };
}

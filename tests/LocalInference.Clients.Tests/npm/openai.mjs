import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { assertArguments, assertPlace, place, placeSchema, text } from "./expected.mjs";

const hello = { model: "chat", messages: [{ role: "user", content: "Hi" }] };
const tools = [{ type: "function", function: { name: "note_place", description: "Notes a place.", parameters: placeSchema, strict: true } }];

export function scenarios(url) {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
  return {
    async chat() {
      const answer = await openai.chat.completions.create(hello);
      assert.equal(answer.choices[0].message.content, text);
      assert.equal(answer.choices[0].finish_reason, "stop");
      assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    },
    async stream() {
      const stream = openai.chat.completions.stream({ ...hello, stream_options: { include_usage: true } });
      const whole = await stream.finalChatCompletion();
      assert.equal(whole.choices[0].message.content, text);
      assert.ok(whole.usage.completion_tokens > 0);
    },
    async tools() {
      const { choices: [{ message, finish_reason }] } = await openai.chat.completions.create({ ...hello, tools });
      assert.equal(finish_reason, "tool_calls");
      const [call] = message.tool_calls;
      assert.equal(call.function.name, "note_place");
      assertArguments(call.function.arguments);
      const messages = [...hello.messages, message, { role: "tool", tool_call_id: call.id, content: "noted" }];
      assert.equal((await openai.chat.completions.create({ ...hello, messages, tools })).choices[0].message.content, text);
    },
    async "streamed tools"() {
      const runner = openai.chat.completions.runTools({
        ...hello,
        stream: true,
        tools: [zodFunction({ name: "note_place", description: "Notes a place.", parameters: place, function: (value) => { assertPlace(value); return "noted"; } })],
      });
      assert.equal(await runner.finalContent(), text);
    },
    async structured() {
      const answer = await openai.chat.completions.parse({ ...hello, response_format: zodResponseFormat(place, "place") });
      assertPlace(answer.choices[0].message.parsed);
    },
    async completions() {
      assert.equal((await openai.completions.create({ model: "chat", prompt: "Hi" })).choices[0].text, text);
    },
    async responses() {
      const first = await openai.responses.create({ model: "chat", instructions: "Be brief.", input: "Hi" });
      assert.equal(first.status, "completed");
      assert.equal(first.output_text, text);
      assert.equal(first.usage.total_tokens, first.usage.input_tokens + first.usage.output_tokens);
      const second = await openai.responses.create({ model: "chat", previous_response_id: first.id, input: "And now?" });
      assert.equal(second.output_text, text);
      assert.ok(second.usage.input_tokens > first.usage.input_tokens);
      assert.equal((await openai.responses.retrieve(second.id)).output_text, text);
      const roles = [];
      for await (const item of openai.responses.inputItems.list(second.id, { order: "asc" })) {
        roles.push(item.role);
      }
      assert.deepEqual(roles, ["user", "assistant", "user"]);
      await openai.responses.delete(second.id);
      await assert.rejects(openai.responses.retrieve(second.id), OpenAI.NotFoundError);
    },
    async "streamed responses"() {
      const stream = openai.responses.stream({ model: "chat", input: "Hi" });
      const numbers = [];
      let said = "";
      stream.on("event", (event) => numbers.push(event.sequence_number));
      stream.on("response.output_text.delta", (event) => { said += event.delta; });
      const whole = await stream.finalResponse();
      assert.equal(whole.output_text, text);
      assert.equal(said, text);
      assert.deepEqual(numbers, numbers.map((_, index) => index));
    },
    async "response tools"() {
      const functions = [{ type: "function", name: "note_place", description: "Notes a place.", parameters: placeSchema, strict: true }];
      const first = await openai.responses.create({ model: "chat", input: "Hi", tools: functions });
      const call = first.output.find((item) => item.type === "function_call");
      assert.equal(call.name, "note_place");
      assertArguments(call.arguments);
      const input = [{ type: "function_call_output", call_id: call.call_id, output: "noted" }];
      assert.equal((await openai.responses.create({ model: "chat", previous_response_id: first.id, input, tools: functions })).output_text, text);
    },
    async "structured responses"() {
      const answer = await openai.responses.parse({ model: "chat", input: "Hi", text: { format: zodTextFormat(place, "place") } });
      assertPlace(answer.output_parsed);
    },
    async batches() {
      const line = (id, model) => JSON.stringify({ custom_id: id, method: "POST", url: "/v1/chat/completions", body: { ...hello, model } });
      const input = await openai.files.create({ file: await toFile(Buffer.from(`${line("a", "chat")}\n${line("b", "nobody")}\n`), "in.jsonl"), purpose: "batch" });
      assert.equal(input.filename, "in.jsonl");
      let batch = await openai.batches.create({ input_file_id: input.id, endpoint: "/v1/chat/completions", completion_window: "24h", metadata: { run: "1" } });
      while (["validating", "in_progress", "finalizing"].includes(batch.status)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        batch = await openai.batches.retrieve(batch.id);
      }
      assert.equal(batch.status, "completed");
      assert.deepEqual(batch.request_counts, { total: 2, completed: 1, failed: 1 });
      const read = async (id) => JSON.parse(await (await openai.files.content(id)).text());
      const answer = await read(batch.output_file_id);
      assert.equal(answer.custom_id, "a");
      assert.equal(answer.response.body.choices[0].message.content, text);
      assert.equal((await read(batch.error_file_id)).response.status_code, 404);
      const ids = [];
      for await (const one of openai.batches.list()) {
        ids.push(one.id);
      }
      assert.ok(ids.includes(batch.id));
      assert.equal((await openai.batches.cancel(batch.id)).status, "completed");
      await openai.files.delete(input.id);
      await assert.rejects(openai.files.retrieve(input.id), OpenAI.NotFoundError);
    },
    async embed() {
      const { data } = await openai.embeddings.create({ model: "embed", input: ["the cat", "a dog"] });
      assert.equal(data.length, 2);
      const floats = await openai.embeddings.create({ model: "embed", input: "the cat", encoding_format: "float" });
      assert.deepEqual(data[0].embedding.map((value) => value.toFixed(5)), floats.data[0].embedding.map((value) => value.toFixed(5)));
    },
    async models() {
      const names = [];
      for await (const model of openai.models.list()) {
        names.push(model.id);
      }
      assert.deepEqual(names.sort(), ["chat", "embed"]);
      assert.equal((await openai.models.retrieve("chat")).object, "model");
    },
    async errors() {
      await assert.rejects(openai.chat.completions.create({ ...hello, model: "nobody" }), (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
      await assert.rejects(openai.chat.completions.create({ ...hello, messages: [] }), (error) => error instanceof OpenAI.BadRequestError && error.param === "messages");
    },
  };
}

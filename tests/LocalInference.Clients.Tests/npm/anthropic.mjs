import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { assertPlace, place, placeSchema, text } from "./expected.mjs";

const hello = { model: "chat", max_tokens: 200, messages: [{ role: "user", content: "Hi" }] };
const tools = [{ name: "note_place", description: "Notes a place.", input_schema: placeSchema }];

export function scenarios(baseURL) {
  const anthropic = new Anthropic({ baseURL, apiKey: "none", maxRetries: 0 });
  return {
    async chat() {
      const message = await anthropic.messages.create({ ...hello, system: "Be brief." });
      assert.deepEqual(message.content.map((block) => [block.type, block.text]), [["text", text]]);
      assert.equal(message.stop_reason, "end_turn");
      assert.ok(message.usage.input_tokens + message.usage.cache_read_input_tokens > 0 && message.usage.output_tokens > 0);
    },
    async stream() {
      const stream = anthropic.messages.stream(hello);
      let said = "";
      stream.on("text", (delta) => { said += delta; });
      const message = await stream.finalMessage();
      assert.equal(said, text);
      assert.equal(message.content[0].text, text);
      assert.equal(message.stop_reason, "end_turn");
      assert.ok(message.usage.output_tokens > 0);
    },
    async tools() {
      const message = await anthropic.messages.create({ ...hello, tools, tool_choice: { type: "any" } });
      assert.equal(message.stop_reason, "tool_use");
      const call = message.content.find((block) => block.type === "tool_use");
      assert.equal(call.name, "note_place");
      assertPlace(call.input);
      const messages = [...hello.messages, { role: "assistant", content: message.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "noted" }] }];
      assert.equal((await anthropic.messages.create({ ...hello, messages, tools })).content[0].text, text);
    },
    async "streamed tools"() {
      const message = await anthropic.messages.stream({ ...hello, tools }).finalMessage();
      assertPlace(message.content.find((block) => block.type === "tool_use").input);
    },
    async structured() {
      const message = await anthropic.messages.parse({ ...hello, output_config: { format: zodOutputFormat(place) } });
      assertPlace(message.parsed_output);
    },
    async models() {
      const names = [];
      for await (const model of anthropic.models.list({ limit: 1 })) {
        names.push(model.id);
      }
      assert.deepEqual(names.sort(), ["chat", "embed"]);
      assert.equal((await anthropic.models.retrieve("chat")).type, "model");
    },
    async count() {
      const { input_tokens } = await anthropic.messages.countTokens({ model: "chat", messages: hello.messages });
      const { usage } = await anthropic.messages.create(hello);
      assert.equal(input_tokens, usage.input_tokens + usage.cache_read_input_tokens);
    },
    async errors() {
      await assert.rejects(anthropic.messages.create({ ...hello, model: "nobody" }), (error) => error instanceof Anthropic.NotFoundError && error.requestID.startsWith("req_"));
      await assert.rejects(anthropic.messages.create({ ...hello, messages: [] }), (error) => error instanceof Anthropic.BadRequestError && error.error.error.type === "invalid_request_error");
    },
  };
}

import assert from "node:assert/strict";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { assertArguments, assertPlace, place, text } from "./expected.mjs";

export function scenarios(baseUrl) {
  const model = new ChatOllama({ baseUrl, model: "chat", maxRetries: 0 });
  return {
    async chat() {
      const answer = await model.invoke("Hi");
      assert.equal(answer.content, text);
      assert.ok(answer.usage_metadata.output_tokens > 0);
    },
    async stream() {
      let said = "";
      for await (const part of await model.stream("Hi")) {
        said += part.content;
      }
      assert.equal(said, text);
    },
    async tools() {
      const note = tool(() => "noted", { name: "note_place", description: "Notes a place.", schema: place });
      const bound = model.bindTools([note]);
      const asked = new HumanMessage("Hi");
      const answer = await bound.invoke([asked]);
      const [call] = answer.tool_calls;
      assert.equal(call.name, "note_place");
      assertArguments(call.args);
      assert.equal((await bound.invoke([asked, answer, new ToolMessage({ content: "noted", tool_call_id: call.id })])).content, text);
    },
    async structured() {
      assertPlace(await model.withStructuredOutput(place, { method: "jsonSchema" }).invoke("Hi"));
    },
    async embed() {
      const vectors = await new OllamaEmbeddings({ baseUrl, model: "embed" }).embedDocuments(["the cat", "a dog"]);
      assert.equal(vectors.length, 2);
    },
  };
}

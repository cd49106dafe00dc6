import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { embed, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { assertPlace, place, text } from "./expected.mjs";

export function scenarios(url) {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: "none" });
  const model = openai.responses("chat");
  const once = { model, prompt: "Hi", maxRetries: 0 };

  // A loop of a call and an answer, twice. What the server said is sent back by its ids. Retries stay on: Node.js may send a request on
  // the connection of a stream that the SDK has just left, which fails whatever the server is.
  const converse = async (ask) => {
    const noted = [];
    const note_place = tool({ description: "Notes a place.", inputSchema: place, execute: (value) => { noted.push(value); return "noted"; } });
    const messages = [];
    for (const content of ["Hi", "And now?"]) {
      messages.push({ role: "user", content });
      const answer = await ask({ model, messages, tools: { note_place }, stopWhen: stepCountIs(3) });
      assert.equal(answer.text, text);
      assert.equal(answer.steps.length, 2);
      const references = answer.steps[0].request.body.input.filter((item) => item.type === "item_reference");
      assert.equal(references.length > 0, content !== "Hi");
      messages.push(...answer.response.messages);
    }
    assert.equal(noted.length, 2);
    noted.forEach(assertPlace);
  };
  return {
    async chat() {
      const answer = await generateText(once);
      assert.equal(answer.text, text);
      assert.equal(answer.finishReason, "stop");
      assert.ok(answer.usage.outputTokens > 0);
    },
    async stream() {
      let said = "";
      for await (const part of streamText(once).textStream) {
        said += part;
      }
      assert.equal(said, text);
    },
    async tools() {
      await converse(generateText);
    },
    async "streamed tools"() {
      await converse(async (request) => {
        const stream = streamText(request);
        await stream.consumeStream();
        return { text: await stream.text, steps: await stream.steps, response: await stream.response };
      });
    },
    async structured() {
      const answer = await generateText({ ...once, output: Output.object({ schema: place }) });
      assertPlace(answer.output);
    },
    async embed() {
      const { embedding } = await embed({ model: openai.embedding("embed"), value: "the cat", maxRetries: 0 });
      assert.ok(embedding.length > 0);
    },
  };
}

// What the server's model is made to say, and what it is asked in every client.
import assert from "node:assert/strict";
import { z } from "zod";

export const text = "Hello from the model.";
export const cities = ["Oslo", "Paris"];
export const place = z.object({ city: z.enum(["Oslo", "Paris"]), sunny: z.boolean() });
export const placeSchema = {
  type: "object",
  properties: { city: { type: "string", enum: cities }, sunny: { type: "boolean" } },
  required: ["city", "sunny"],
  additionalProperties: false,
};

export function assertPlace(value) {
  assert.deepEqual(place.parse(value), value);
}

export function assertArguments(value) {
  assertPlace(typeof value === "string" ? JSON.parse(value) : value);
}

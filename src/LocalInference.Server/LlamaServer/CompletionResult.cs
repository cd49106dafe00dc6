using System.Buffers;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>Writes one answer in llama-server's own form, whole or in events.</summary>
/// <param name="request">What is answered.</param>
/// <param name="prompt">The prompt's text.</param>
/// <param name="index">Which answer of the request.</param>
/// <param name="time">The clock.</param>
internal sealed class CompletionResult(LlamaServerRequest request, string prompt, int index, TimeProvider time)
{
    // Sequences come and go here; this is llama-server's number for no particular slot.
    private const int NoSlot = -1;

    private readonly long _began = time.GetTimestamp();
    private readonly List<TokenGenerated> _tokens = [];
    private int _pieces;
    private int _promptTokens;
    private bool _hasNewLine;

    /// <summary>Writes an event of a stream.</summary>
    public void Write(EventStream stream, GenerationEvent e)
    {
        switch (e)
        {
            case TokenGenerated token:
                // The text of a token may come later, so its id and probability wait for the next piece.
                _tokens.Add(token);
                break;
            case TextDelta delta:
                _pieces++;
                _hasNewLine |= delta.Text.Contains('\n', StringComparison.Ordinal);
                Piece(stream, delta.Text, progress: null);
                break;
            case PromptProgressed progress:
                _promptTokens = progress.TotalTokens;
                if (request.ReportsProgress)
                {
                    Piece(stream, "", progress);
                }

                break;
            case GenerationEnded ended:
                // What was said before is not said again.
                End(stream.Begin(), "", [], ended, _hasNewLine);
                stream.End();
                break;
            default:
                break;
        }
    }

    /// <summary>Writes the whole answer.</summary>
    public void WriteWhole(Utf8JsonWriter json, CollectedAnswer answer) =>
        End(json, answer.Text, answer.Tokens, answer.Ended, answer.Text.Contains('\n', StringComparison.Ordinal));

    private void Piece(EventStream stream, string text, PromptProgressed? progress)
    {
        Utf8JsonWriter json = stream.Begin();
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("content", text);
        Tokens(json, _tokens);
        json.WriteBoolean("stop", false);
        json.WriteNumber("id_slot", NoSlot);
        json.WriteNumber("tokens_predicted", _pieces);
        json.WriteNumber("tokens_evaluated", _promptTokens);
        if (progress is not null)
        {
            json.WriteStartObject("prompt_progress");
            json.WriteNumber("total", progress.TotalTokens);

            // How many of those that are read were found in the cache is known at the end.
            json.WriteNumber("cache", 0);
            json.WriteNumber("processed", progress.ProcessedTokens);
            json.WriteNumber("time_ms", (long)time.GetElapsedTime(_began).TotalMilliseconds);
            json.WriteEndObject();
        }

        Probabilities(json, _tokens);
        _tokens.Clear();
        json.WriteEndObject();
        stream.End();
    }

    private void End(Utf8JsonWriter json, string text, IReadOnlyList<TokenGenerated> tokens, GenerationEnded ended, bool hasNewLine)
    {
        if (request.ResponseFields.Count == 0)
        {
            All(json, text, tokens, ended, hasNewLine);
            return;
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var whole = new Utf8JsonWriter(bytes, JsonResponse.WriterOptions))
        {
            All(whole, text, tokens, ended, hasNewLine);
        }

        using JsonDocument document = JsonDocument.Parse(bytes.WrittenMemory);
        json.WriteStartObject();
        foreach (string field in request.ResponseFields.Distinct(StringComparer.Ordinal))
        {
            // a/b is the field b of the object a, and stands at the top of the answer.
            JsonElement? value = document.RootElement;
            foreach (string name in field.Split('/'))
            {
                value = value is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out JsonElement child) ? child : null;
            }

            if (value is { } found)
            {
                json.WritePropertyName(field.Split('/')[^1]);
                found.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    private void All(Utf8JsonWriter json, string text, IReadOnlyList<TokenGenerated> tokens, GenerationEnded ended, bool hasNewLine)
    {
        GenerationUsage usage = ended.Usage;
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("content", text);
        Tokens(json, tokens);
        json.WriteNumber("id_slot", NoSlot);
        json.WriteBoolean("stop", true);
        json.WriteString("model", request.Model);
        json.WriteNumber("tokens_predicted", usage.GeneratedTokens);
        json.WriteNumber("tokens_evaluated", usage.PromptTokens);
        json.WritePropertyName("generation_settings");
        GenerationSettings.Write(json, request);
        json.WriteString("prompt", prompt);
        json.WriteBoolean("has_new_line", hasNewLine);
        json.WriteBoolean("truncated", ended.Truncation is not null || ended.FinishReason == FinishReason.ContextFull);
        json.WriteString("stop_type", ended.FinishReason switch
        {
            FinishReason.StopSequence => "word",
            FinishReason.MaxTokens or FinishReason.ContextFull => "limit",
            _ => "eos",
        });
        json.WriteString("stopping_word", ended.StopSequence ?? "");
        json.WriteNumber("tokens_cached", usage.PromptTokens + usage.GeneratedTokens);
        Timings(json, usage);
        Probabilities(json, tokens);
        json.WriteEndObject();
    }

    private void Tokens(Utf8JsonWriter json, IReadOnlyList<TokenGenerated> tokens)
    {
        json.WriteStartArray("tokens");
        foreach (TokenGenerated token in tokens.Where(token => request.ReturnsTokens && token.Token.Id is not null))
        {
            json.WriteNumberValue(token.Token.Id!.Value);
        }

        json.WriteEndArray();
    }

    private void Probabilities(Utf8JsonWriter json, IReadOnlyList<TokenGenerated> tokens)
    {
        if (request.Probabilities == 0 || tokens.Count == 0)
        {
            return;
        }

        json.WriteStartArray("completion_probabilities");
        foreach (TokenGenerated token in tokens)
        {
            json.WriteStartObject();
            Probability(json, token.Token);
            json.WriteStartArray("top_logprobs");
            foreach (TokenProbability alternative in token.Alternatives)
            {
                json.WriteStartObject();
                Probability(json, alternative);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Probability(Utf8JsonWriter json, TokenProbability token)
    {
        if (token.Id is { } id)
        {
            json.WriteNumber("id", id);
        }

        LogProbabilityFields.WriteFields(json, token);
    }

    private static void Timings(Utf8JsonWriter json, GenerationUsage usage)
    {
        int read = usage.PromptTokens - usage.CachedPromptTokens;
        json.WriteStartObject("timings");
        json.WriteNumber("cache_n", usage.CachedPromptTokens);
        Timing(json, "prompt", read, usage.PromptDuration);
        Timing(json, "predicted", usage.GeneratedTokens, usage.GenerationDuration);
        json.WriteEndObject();
    }

    private static void Timing(Utf8JsonWriter json, string what, int tokens, TimeSpan duration)
    {
        json.WriteNumber($"{what}_n", tokens);
        json.WriteNumber($"{what}_ms", duration.TotalMilliseconds);
        json.WriteNumber($"{what}_per_token_ms", tokens == 0 ? 0 : duration.TotalMilliseconds / tokens);
        json.WriteNumber($"{what}_per_second", duration == TimeSpan.Zero ? 0 : tokens / duration.TotalSeconds);
    }
}

using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Writes <c>text_completion</c> objects.</summary>
internal sealed class CompletionAnswer : ICompletionAnswer
{
    private readonly OpenAIRequest _request;
    private readonly string _id = $"cmpl-{Guid.NewGuid():N}";
    private readonly long _created;
    private readonly string[] _echoes;
    private readonly List<TokenGenerated>[] _tokens;
    private readonly int[] _offsets;
    private readonly GenerationEnded[] _ended;

    /// <param name="request">The request.</param>
    /// <param name="echoes">What each prompt's answers begin with.</param>
    /// <param name="created">When.</param>
    public CompletionAnswer(OpenAIRequest request, IEnumerable<string> echoes, DateTimeOffset created)
    {
        _request = request;
        _created = created.ToUnixTimeSeconds();
        _echoes = [.. echoes.SelectMany(echo => Enumerable.Repeat(echo, request.Count))];
        _tokens = [.. _echoes.Select(static _ => new List<TokenGenerated>())];
        _offsets = new int[_echoes.Length];
        _ended = new GenerationEnded[_echoes.Length];
    }

    public void Begin(EventStream stream, int index)
    {
        if (_echoes[index].Length > 0)
        {
            Chunk(stream, index, _echoes[index], ended: null);
        }
    }

    public void Write(EventStream stream, int index, GenerationEvent e)
    {
        switch (e)
        {
            case TokenGenerated token:
                _tokens[index].Add(token);
                break;
            case TextDelta delta:
                Chunk(stream, index, delta.Text, ended: null);
                break;
            case GenerationEnded ended:
                _ended[index] = ended;
                Chunk(stream, index, "", ended);
                break;
            default:
                break;
        }
    }

    public void End(EventStream stream)
    {
        if (_request.IncludesUsage)
        {
            Utf8JsonWriter json = stream.Begin();
            Start(json);
            json.WriteEndArray();
            CompletionFields.Usage(json, _ended, _request.Count);
            json.WriteEndObject();
            stream.End();
        }
    }

    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<CollectedAnswer> answers)
    {
        Start(json);
        for (int i = 0; i < answers.Count; i++)
        {
            Choice(json, i, _echoes[i] + answers[i].Text, answers[i].Tokens, answers[i].Ended);
        }

        json.WriteEndArray();
        CompletionFields.Usage(json, [.. answers.Select(static answer => answer.Ended)], _request.Count);
        json.WriteEndObject();
    }

    // Up to the first of the choices.
    private void Start(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", "text_completion");
        json.WriteNumber("created", _created);
        json.WriteString("model", _request.Model);
        json.WriteString("system_fingerprint", "fp_localinference");
        json.WriteStartArray("choices");
    }

    private void Chunk(EventStream stream, int index, string text, GenerationEnded? ended)
    {
        Utf8JsonWriter json = stream.Begin();
        Start(json);
        Choice(json, index, text, _tokens[index], ended);
        _tokens[index].Clear();
        json.WriteEndArray();
        if (_request.IncludesUsage)
        {
            json.WriteNull("usage");
        }

        json.WriteEndObject();
        stream.End();
    }

    private void Choice(Utf8JsonWriter json, int index, string text, IReadOnlyList<TokenGenerated> tokens, GenerationEnded? ended)
    {
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("text", text);
        LogProbabilities(json, index, tokens);
        CompletionFields.End(json, ended);
        json.WriteEndObject();
    }

    // The older form: four arrays of the same length.
    private void LogProbabilities(Utf8JsonWriter json, int index, IReadOnlyList<TokenGenerated> tokens)
    {
        if (tokens.Count == 0)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (TokenGenerated token in tokens)
        {
            json.WriteStringValue(token.Token.Text);
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (TokenGenerated token in tokens)
        {
            json.WriteNumberValue(LogProbabilityFields.Finite(token.Token));
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (TokenGenerated token in tokens)
        {
            json.WriteStartObject();
            foreach (TokenProbability alternative in token.Alternatives.DistinctBy(static alternative => alternative.Text, StringComparer.Ordinal))
            {
                json.WriteNumber(alternative.Text, LogProbabilityFields.Finite(alternative));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (TokenGenerated token in tokens)
        {
            json.WriteNumberValue(_offsets[index]);
            _offsets[index] += token.Token.Text.Length;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Writes answers in the form of one of OpenAI's routes.</summary>
internal interface ICompletionAnswer
{
    /// <summary>Writes what comes before the first event of an answer.</summary>
    void Begin(EventStream stream, int index);

    /// <summary>Writes an event of an answer.</summary>
    void Write(EventStream stream, int index, GenerationEvent e);

    /// <summary>Writes what comes behind all answers, if anything does.</summary>
    void End(EventStream stream);

    /// <summary>Writes all answers as one object.</summary>
    void WriteWhole(Utf8JsonWriter json, IReadOnlyList<CollectedAnswer> answers);
}

using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>How requests and answers are written on the wire. Stateless but for the request's own log.</summary>
internal interface IWireProtocol
{
    /// <summary>As results name it.</summary>
    string Name { get; }

    /// <summary>The path behind the server's address.</summary>
    string Path { get; }

    /// <summary>Whether prompts can be token ids.</summary>
    bool TakesTokens { get; }

    /// <summary>Writes the request's JSON object.</summary>
    void Write(Utf8JsonWriter json, RequestLog request);

    /// <summary>Reads one event of the answer into the log.</summary>
    /// <param name="message">The event.</param>
    /// <param name="log">The request's log.</param>
    /// <param name="now">When the event arrived.</param>
    void Read(JsonElement message, RequestLog log, double now);
}

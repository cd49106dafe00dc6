using System.Text.Json;

namespace LocalInference.Server.Http;

/// <summary>How a protocol writes errors.</summary>
internal abstract class WireProtocol
{
    /// <summary>Writes an error's whole body.</summary>
    public abstract void WriteError(Utf8JsonWriter json, Fault fault);
}

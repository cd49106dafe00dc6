using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>How a protocol writes errors.</summary>
internal abstract class WireProtocol
{
    /// <summary>What it is called.</summary>
    public abstract string Name { get; }

    /// <summary>What <see cref="WriteError"/> writes, as a JSON schema.</summary>
    public abstract string ErrorSchema { get; }

    /// <summary>Writes an error's whole body.</summary>
    public abstract void WriteError(Utf8JsonWriter json, Fault fault);

    /// <summary>A handler whose every answer has what the protocol's answers have in common.</summary>
    public virtual RequestDelegate Complete(RequestDelegate handler) => handler;
}

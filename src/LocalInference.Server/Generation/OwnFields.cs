using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.Generation;

/// <summary>Fields of Ollama's and of this server's own, which requests of all interfaces may have.</summary>
internal static class OwnFields
{
    /// <summary>How long the model stays loaded: seconds or a Go duration, negative for ever; <see langword="null"/>: as it is configured.</summary>
    public static TimeSpan? KeepAlive(JsonFields request)
    {
        const string Field = "keep_alive";
        string? error = null;
        TimeSpan? time = request.Any(Field) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double seconds) => GoDuration.OfSeconds(seconds),
            { ValueKind: JsonValueKind.String } text => GoDuration.Parse(text.GetString()!, out error) ?? throw RequestException.Bad(error!, Field),
            _ => throw RequestException.Bad("Unsupported type of keep_alive: it must be a number of seconds or a duration such as \"5m\"", Field),
        };
        return time < TimeSpan.Zero || time == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : time;
    }

    /// <summary>This server's own <c>adapters: [{name, scale}]</c>; <see langword="null"/>: those that the model was loaded with.</summary>
    public static IReadOnlyList<AdapterSelection>? Adapters(JsonFields request) => request.Any("adapters") is null ? null :
        [.. request.Items("adapters").Select(static item => Adapter(JsonFields.AsObject(item.Value, item.Path)))];

    private static AdapterSelection Adapter(JsonFields adapter) => new(adapter.RequiredText("name"), adapter.Number("scale") ?? 1);
}

using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LocalInference.Server.Metrics;

/// <summary>One instrument's values, and how Prometheus's text format (version 0.0.4) writes them. Safe for concurrent use.</summary>
internal sealed class MetricFamily
{
    // A client that invents model names must not fill the memory.
    private const int MostSeries = 1000;

    // As the conventions for generative AI recommend them: for durations in seconds, and for numbers of tokens.
    private static readonly double[] s_seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] s_tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _help;
    private readonly MetricKind _kind;
    private readonly double[] _bounds;
    private readonly bool _isObservable;
    private readonly bool _isAbsolute;

    public MetricFamily(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        _kind = type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;

        // What is observed is the whole value each time, what is recorded a change of it, but for gauges.
        _isObservable = instrument.IsObservable;
        _isAbsolute = _isObservable || type == typeof(Gauge<>);
        _name = NameOf(instrument, _kind);
        _help = instrument.Description ?? "";
        _bounds = instrument.Unit == "{token}" ? s_tokens : s_seconds;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = Labels(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out MetricSeries? series))
            {
                if (_series.Count >= MostSeries)
                {
                    return;
                }

                series = new MetricSeries(_bounds);
                _series.Add(labels, series);
            }

            if (_isAbsolute)
            {
                series.Set(value);
            }
            else
            {
                series.Add(value);
            }
        }
    }

    /// <summary>Leaves out what is observed each time anew, since what is not observed any more is not there any more.</summary>
    public void Forget()
    {
        if (_isObservable)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append(CultureInfo.InvariantCulture, $"# HELP {_name} {Escape(_help)}\n# TYPE {_name} {Word(_kind)}\n");
            foreach ((string labels, MetricSeries series) in _series)
            {
                if (_kind == MetricKind.Histogram)
                {
                    WriteHistogram(text, labels, series);
                }
                else
                {
                    Line(text, _name, labels, series.Value);
                }
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, MetricSeries series)
    {
        string before = labels.Length > 0 ? labels + "," : "";
        long below = 0;
        for (int i = 0; i < _bounds.Length; i++)
        {
            below += series.Buckets[i];
            Line(text, _name + "_bucket", string.Create(CultureInfo.InvariantCulture, $"{before}le=\"{_bounds[i]}\""), below);
        }

        Line(text, _name + "_bucket", before + "le=\"+Inf\"", series.Count);
        Line(text, _name + "_sum", labels, series.Value);
        Line(text, _name + "_count", labels, series.Count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    // `gen_ai.server.request.duration` in `s` is `gen_ai_server_request_duration_seconds`.
    private static string NameOf(Instrument instrument, MetricKind kind)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return Sanitize(instrument.Name) + unit + (kind == MetricKind.Counter ? "_total" : "");
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach ((string name, object? value) in tags)
        {
            if (value is not null)
            {
                labels.Append(labels.Length > 0 ? "," : "").Append(Sanitize(name)).Append("=\"").Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture)!).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            }
        }

        return labels.ToString();
    }

    private static string Sanitize(string name) => string.Create(name.Length, name, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
        }
    });

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}

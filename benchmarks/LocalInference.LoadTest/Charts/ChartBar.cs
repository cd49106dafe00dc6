namespace LocalInference.LoadTest.Charts;

/// <summary>One bar: a value, and how far its rounds lie apart.</summary>
internal sealed record ChartBar(string Label, double Value, double Low, double High, bool Highlighted);

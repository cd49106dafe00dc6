using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>A name that stands for one or several models: an alias, a tier such as <c>fast</c>, a chain to fall back along. Immutable.</summary>
public sealed record ModelRoute
{
    /// <summary>The models: names of local ones, or <c>PROVIDER/MODEL</c>. At least one; no names of routes.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Which is asked first. Default: as they are listed.</summary>
    public RoutePolicy Policy { get; init; }

    /// <summary>For <see cref="RoutePolicy.Overflow"/>: how many requests may wait for a local model before others are asked first. Default 0.</summary>
    public int OverflowAbove { get; init; }

    /// <summary>
    /// Whether a model that breaks off behind the first update is followed by the next one of the route, which gets the text so far as the
    /// beginning of its own answer: nothing of it is lost, nothing comes twice, and an <see cref="AnswerContinued"/> tells it. Default: no,
    /// the error is told.
    /// <para>
    /// It is told all the same where nobody can go on unseen: within thoughts or calls, with an output format, a suffix or log
    /// probabilities, and where no further model takes the beginning of an answer (models on this machine, Anthropic, vLLM and another
    /// LocalInference do; of prompts without a conversation all). <see cref="GenerationEnded.Usage"/> is that of the model that ends it.
    /// </para>
    /// </summary>
    public bool ContinuesBrokenAnswers { get; init; }
}

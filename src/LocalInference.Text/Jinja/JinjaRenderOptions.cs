namespace LocalInference.Text;

/// <summary>How a template is rendered. Immutable.</summary>
public sealed record JinjaRenderOptions
{
    /// <summary>The defaults: the system's clock in local time, and <see cref="JinjaLimits.Default"/>.</summary>
    public static JinjaRenderOptions Default { get; } = new();

    /// <summary>The clock and time zone of <c>strftime_now</c>. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>A fixed time for <c>strftime_now</c>, which shows it as it is. Default: <see langword="null"/>, ask <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>
    /// Limits of this rendering. Default: <see langword="null"/>, those the template was parsed with. What concerns parsing has no
    /// effect here.
    /// </summary>
    public JinjaLimits? Limits { get; init; }

    /// <summary>
    /// Whether a template may change lists and maps that it made itself (<c>append</c>, <c>pop</c>, <c>update</c> and so on). The
    /// reference, an immutable sandbox, refuses that, but templates that llama.cpp accepts need it. What the application passed
    /// in is never changed. Default: <see langword="true"/>.
    /// </summary>
    public bool AllowMutation { get; init; } = true;

    /// <summary>Ends the rendering with an <see cref="OperationCanceledException"/>. Default: never.</summary>
    public CancellationToken CancellationToken { get; init; }
}

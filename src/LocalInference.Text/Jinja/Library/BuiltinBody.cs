namespace LocalInference.Text.Jinja;

/// <summary>A function of the language with named parameters.</summary>
/// <param name="context">The rendering.</param>
/// <param name="self">What a filter, test or method is applied to; missing for a function.</param>
/// <param name="arguments">One for each parameter, missing where none was given.</param>
internal delegate JinjaValue BuiltinBody(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments);

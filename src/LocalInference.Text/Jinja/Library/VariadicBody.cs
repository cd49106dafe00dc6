namespace LocalInference.Text.Jinja;

/// <summary>A function of the language that takes any number of arguments.</summary>
/// <param name="context">The rendering.</param>
/// <param name="self">What a filter, test or method is applied to; missing for a function.</param>
/// <param name="arguments">The arguments as they were given.</param>
internal delegate JinjaValue VariadicBody(RenderContext context, JinjaValue self, in CallArguments arguments);

using System.Runtime.CompilerServices;

namespace LocalInference.Text.Jinja;

/// <summary>Turns what would overflow the stack, and so end the process, into an error.</summary>
internal static class StackGuard
{
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JinjaFault("It goes deeper than the stack allows", TemplateErrorKind.Limit);
        }
    }
}

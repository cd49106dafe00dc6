namespace LocalInference.Text;

/// <summary>
/// Roles are part of a template's own text: <c>&lt;|</c> + role + <c>|&gt;</c> must be able to make a special token. That holds for
/// the roles that templates know; any other is somebody's text, and with it <c>im_end</c> as a role would forge the end of a turn.
/// </summary>
internal static class ChatRoles
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "system", "developer", "user", "assistant", "tool", "function", "model", "ipython", "observation", "environment", "document", "documents",
    };

    public static bool IsKnown(string role) => s_known.Contains(role);

    public static MarkedText Mark(string role) => new(role, role.Length == 0 ? [] : [new TextSegment(0, role.Length, !IsKnown(role))]);
}

using Microsoft.Win32.SafeHandles;

namespace LocalInference.Abstractions;

/// <summary>Files with passwords and keys.</summary>
internal static class SecretFile
{
    private const UnixFileMode OthersModes =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Whether nobody but its owner has any access to a file (mode 0600 or less). It is asked of the open file, so that no other one can be
    /// put in its place in between. On Windows the folder of the user sees to that, and the answer is yes.
    /// </summary>
    /// <param name="file">The file.</param>
    public static bool IsPrivate(SafeFileHandle file) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & OthersModes) == UnixFileMode.None;
}

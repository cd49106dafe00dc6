namespace LocalInference.Native;

/// <summary>What to do when loading fails. Shown by exceptions and by <c>doctor</c>.</summary>
internal static class NextSteps
{
    public const string Reinstall =
        "Build again with Node/npm 20 or newer on the PATH, or install the LocalInference.Runtime package of this platform, or set "
        + LibraryDirectory.Variable + " to a folder with llama.cpp " + LibraryLoader.RequiredVersion + ".";

    public const string RightPlatform =
        "Install the LocalInference.Runtime package of this platform, or point " + LibraryDirectory.Variable + " to libraries built for it.";

    public const string RightVersion =
        "Point " + LibraryDirectory.Variable + " to llama.cpp " + LibraryLoader.RequiredVersion + ", or unset it to use the libraries that came with LocalInference.";

    public const string Dependencies =
        "Install what the message names (the libraries need glibc 2.34 or newer and libstdc++ on Linux), or point "
        + LibraryDirectory.Variable + " to a build for this system.";
}

using System.Reflection;
using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// Loads libggml-base, libggml and libllama of one folder into the process and points our imports at them. It happens at most
/// once: a library cannot be exchanged for another while the process lives.
/// </summary>
internal sealed class LibraryLoader(ProbeTrace trace)
{
    /// <summary>The release that the bindings were written for; <c>llama_version</c> starts with it.</summary>
    public const string RequiredVersion = "0.5.0";

    private static readonly Dictionary<string, nint> s_handles = [];

    /// <summary>What <c>llama_version</c> answered.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Loads and checks the folder's libraries; the failure otherwise.</summary>
    public LoadFailure? Load(LibraryDirectory directory)
    {
        if (directory is not { GgmlBase: { } ggmlBase, Ggml: { } ggml, Llama: { } llama })
        {
            string missing = directory.GgmlBase is null ? "libggml-base" : directory.Ggml is null ? "libggml" : "libllama";
            trace.Failed(directory.Path, $"{missing} is missing");
            return new($"{directory.Path} has no {missing}", NextSteps.Reinstall);
        }

        LoadFailure? failure = LoadOne(Ggml.Library, ggmlBase)
            ?? LoadOne(GgmlRegistry.Library, ggml)
            ?? LoadOne(Llama.Library, llama)
            ?? CheckVersion(llama)
            ?? CheckLayout(llama);
        if (failure is not null)
        {
            Unload();
        }

        return failure;
    }

    // Another folder's libllama would bind to the libggml of this one if it stayed.
    private static void Unload()
    {
        foreach (nint handle in s_handles.Values.Reverse())
        {
            NativeLibrary.Free(handle);
        }

        s_handles.Clear();
    }

    private LoadFailure? LoadOne(string name, string path)
    {
        try
        {
            if (BinaryImage.FindMismatch(path) is { } mismatch)
            {
                trace.Failed(path, mismatch);
                return new($"{path} {mismatch}", NextSteps.RightPlatform);
            }

            s_handles[name] = NativeLibrary.Load(path);
            trace.Ok(path, "loaded");
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            trace.Failed(path, e.Message.ReplaceLineEndings(" ").Trim());
            return new($"{path} could not be loaded: {e.Message.ReplaceLineEndings(" ").Trim()}", NextSteps.Dependencies);
        }
    }

    private unsafe LoadFailure? CheckVersion(string path)
    {
        if (!NativeLibrary.TryGetExport(s_handles[Llama.Library], "llama_version", out nint export))
        {
            trace.Failed(path, $"has no llama_version: older than {RequiredVersion}");
            return new($"{path} is older than llama.cpp {RequiredVersion}: it has no llama_version", NextSteps.RightVersion);
        }

        Version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)export)()) ?? "";
        if (Version != RequiredVersion && !Version.StartsWith(RequiredVersion + "-", StringComparison.Ordinal))
        {
            trace.Failed(path, $"is llama.cpp {Version}, {RequiredVersion} is needed");
            return new($"{path} is llama.cpp {Version}; this build of LocalInference needs {RequiredVersion}", NextSteps.RightVersion);
        }

        trace.Ok(path, $"llama.cpp {Version}");
        return null;
    }

    private LoadFailure? CheckLayout(string path)
    {
        if (LayoutCheck.FindDifference(s_handles[Llama.Library]) is { } difference)
        {
            trace.Failed(path, $"another struct layout: {difference}");
            return new($"{path} has another struct layout than llama.cpp {RequiredVersion}: {difference}", NextSteps.RightVersion);
        }

        trace.Ok(path, "struct layouts and defaults agree");
        return null;
    }

    /// <summary>Where our imports find the libraries.</summary>
    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        s_handles.GetValueOrDefault(name);
}

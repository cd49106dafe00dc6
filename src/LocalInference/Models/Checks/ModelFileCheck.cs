using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Refuses, before llama.cpp sees it, a file that would end the process there: llama.cpp v0.5.0 asserts on much of what it reads,
/// and an assertion cannot be caught. Reads the headers of all parts and no tensor data. What llama.cpp refuses by itself, with an
/// exception that it catches, is left to it, and whatever is in doubt is let through. Each rule names the place in llama.cpp's
/// source that it is there for.
/// </summary>
internal static class ModelFileCheck
{
    /// <summary>Checks a file and says what was learned on the way.</summary>
    /// <param name="path">Full path of an existing file; of a split model, any part.</param>
    /// <exception cref="ModelUnsupportedException">llama.cpp would end the process over this file, or it is no model.</exception>
    public static CheckedModel Check(string path)
    {
        CheckKindOfFile(path);
        try
        {
            using GgufFile file = GgufFile.Open(path);
            CheckedModel model = new(path, file);
            PurposeCheck.Run(model);
            PublisherCheck.Run(model, path);
            HyperParameterCheck.Run(model);
            ExpertCheck.Run(model);
            AttentionCheck.Run(model);
            SlidingWindowCheck.Run(model);
            ArchitectureCheck.Run(model);
            TensorCheck.Run(model);
            VocabularyCheck.Run(model);
            return model;
        }
        catch (GgufException e)
        {
            throw ExceptionFactory.ModelUnsupported(path, e.Message.TrimEnd('.'), e.Value, e.Limit, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.ModelUnsupported(path, $"it cannot be read ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    /// <summary>Opening a pipe would wait for somebody to write into it; pipes, sockets and devices have no length.</summary>
    private static void CheckKindOfFile(string path)
    {
        FileInfo file = new(path);
        FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        if (target is FileInfo { Length: 0 })
        {
            throw ExceptionFactory.ModelUnsupported(path, "it is empty, or not a regular file", "0", "at least 24 bytes");
        }
    }
}

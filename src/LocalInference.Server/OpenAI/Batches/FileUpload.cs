using System.Text;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>Reads <c>multipart/form-data</c> (RFC 7578) with a file, which goes to the disk as it comes.</summary>
internal static class FileUpload
{
    private const string Purpose = "batch";
    private const int CopyBytes = 64 * 1024;
    private const int MostFieldBytes = 1024;
    private const int MostNameLetters = 255;

    // What the form needs beside the file.
    private const int FormBytes = 64 * 1024;

    public static async Task<StoredFile> ReadAsync(HttpContext context, BatchStore store)
    {
        string boundary = BoundaryOf(context.Request);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = store.Options.MaxFileBytes + FormBytes;
        }

        store.Reserve();
        string id = BatchStore.NewId("file-");
        bool isKept = false;
        try
        {
            StoredFile file = await ReadFormAsync(new MultipartReader(boundary, context.Request.Body), store, id, context.RequestAborted).ConfigureAwait(false);
            store.AddFile(new OwnedFile(ServerContext.OwnerOf(context), file));
            isKept = true;
            return file;
        }
        finally
        {
            if (!isKept)
            {
                File.Delete(store.ContentOf(id));
            }
        }
    }

    private static async Task<StoredFile> ReadFormAsync(MultipartReader form, BatchStore store, string id, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null;
        long bytes = 0;
        while (await NextAsync(form, cancellationToken).ConfigureAwait(false) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) || disposition.Name.Value is not { Length: > 0 } field)
            {
                throw RequestException.Bad("A part of the form has no name.");
            }

            field = HeaderUtilities.RemoveQuotes(field).Value!;
            if (field == "file")
            {
                name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "";
                bytes = await SaveAsync(section.Body, store.ContentOf(id), store.Options.MaxFileBytes, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                fields[field] = await TextAsync(section.Body, field, cancellationToken).ConfigureAwait(false);
            }
        }

        if (name is null)
        {
            throw RequestException.Bad("file is required", "file");
        }

        if (fields.GetValueOrDefault("purpose") != Purpose)
        {
            throw JsonFields.Wrong("purpose", Purpose);
        }

        long now = store.Now();
        long lifetime = FileLifetime.Read(fields.GetValueOrDefault("expires_after[anchor]"), fields.GetValueOrDefault("expires_after[seconds]")) ?? (long)store.Options.Lifetime.TotalSeconds;
        return new StoredFile
        {
            Id = id,
            Bytes = bytes,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
            Filename = name.Length <= MostNameLetters ? name : name[..MostNameLetters],
            Purpose = Purpose,
        };
    }

    private static string BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } boundary
            ? boundary
            : throw RequestException.Bad("A file is sent as multipart/form-data.");

    private static async Task<MultipartSection?> NextAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        try
        {
            return await form.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Broken();
        }
    }

    private static async Task<int> ReadAsync(Stream part, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await part.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Broken();
        }
    }

    private static async Task<long> SaveAsync(Stream part, string path, long most, CancellationToken cancellationToken)
    {
        long total = 0;
        byte[] buffer = new byte[CopyBytes];
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            while (await ReadAsync(part, buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                total += count;
                if (total > most)
                {
                    throw new RequestException(new Fault(FaultKind.TooLarge, $"A file has at most {most} bytes.") { Code = "file_too_large", Parameter = "file" });
                }

                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }

        return total;
    }

    private static async Task<string> TextAsync(Stream part, string field, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MostFieldBytes + 1];
        int length = 0;
        while (length < buffer.Length && await ReadAsync(part, buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            length += count;
        }

        return length <= MostFieldBytes ? Encoding.UTF8.GetString(buffer, 0, length) : throw JsonFields.Wrong(field, $"at most {MostFieldBytes} bytes");
    }

    private static RequestException Broken() => RequestException.Bad("The form is not whole.");
}

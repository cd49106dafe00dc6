using System.Text;
using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>
/// One of the two files that a batch's answers are written to, a line for each request. A line is given to the system at once, so that a
/// process that ends loses none; half a line, of a machine that lost its power, is cut off by who goes on. Safe for concurrent use.
/// </summary>
internal sealed class BatchOutput : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly FileStream _file;

    /// <summary>Opens it, and finds what is there already.</summary>
    public BatchOutput(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Recover();
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _ids.Count;
            }
        }
    }

    public long Bytes => _file.Length;

    public bool Has(string customId)
    {
        lock (_gate)
        {
            return _ids.Contains(customId);
        }
    }

    /// <summary>Writes a request's answer.</summary>
    /// <param name="customId">What the caller calls it.</param>
    /// <param name="write">Writes the object's fields after its ids.</param>
    public void Write(string customId, Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("id", BatchStore.NewId("batch_req_"));
            json.WriteString("custom_id", customId);
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_gate)
        {
            _file.Write(line.GetBuffer(), 0, (int)line.Length);
            _ids.Add(customId);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Recover()
    {
        long whole = 0;
        using (var reader = new StreamReader(_file, leaveOpen: true))
        {
            while (reader.ReadLine() is { } text)
            {
                try
                {
                    using JsonDocument line = JsonDocument.Parse(text);
                    _ids.Add(line.RootElement.GetProperty("custom_id").GetString()!);
                    whole += Encoding.UTF8.GetByteCount(text) + 1;
                }
                catch (JsonException)
                {
                    break;
                }
            }
        }

        bool lacksEnd = whole > _file.Length;
        _file.SetLength(Math.Min(whole, _file.Length));
        _file.Seek(0, SeekOrigin.End);
        if (lacksEnd)
        {
            _file.WriteByte((byte)'\n');
        }
    }
}

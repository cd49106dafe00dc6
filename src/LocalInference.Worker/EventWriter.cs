using System.Text.Json;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>Writes events, each as one line that leaves the process before the next step begins. Safe on any thread.</summary>
internal sealed class EventWriter(Stream output)
{
    private readonly Lock _gate = new();

    public void Progress(string step) => Write(new WorkerProgress(step));

    public void Write(WorkerEvent @event)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(@event, WorkerJson.Default.WorkerEvent);
        lock (_gate)
        {
            output.Write([.. json, (byte)'\n']);
            output.Flush();
        }
    }
}

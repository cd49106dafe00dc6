using LocalInference;
using LocalInference.Abstractions;
using LocalInference.Contention;

// Usage: LocalInference.Contention MODEL.gguf
// The other forms are the disturbances, which this program starts as children of its own.
switch (args)
{
    case ["--spin"]:
        Disturbance.Spin();
        return 0;
    case ["--decode", string path]:
        await Disturbance.DecodeForEver(path);
        return 0;
    case [string path] when File.Exists(path):
        try
        {
            await using LocalModel model = await LocalModel.LoadAsync(path, new() { ContextLength = 512 });
            return await new Measurement(path, model).Run() ? 0 : 1;
        }
        catch (LocalInferenceException e)
        {
            // Such as of a model that cannot be trained.
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

    default:
        Console.Error.WriteLine("usage: LocalInference.Contention MODEL.gguf");
        return 2;
}

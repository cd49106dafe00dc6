using LocalInference.Worker;

using Stream input = Console.OpenStandardInput();
using Stream output = Console.OpenStandardOutput();
return new JobHost(input, new EventWriter(output)).Run();

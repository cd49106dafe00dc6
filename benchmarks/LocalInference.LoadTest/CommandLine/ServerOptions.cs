using System.CommandLine;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>The options that name a running server.</summary>
internal sealed class ServerOptions
{
    private const string OpenAI = "openai";
    private const string OpenAIChat = "openai-chat";
    private const string Ollama = "ollama";
    private const string LlamaServer = "llama-server";

    private readonly Option<Uri?> _url = new("--url")
    {
        Description = "The address of a running server, without the path of its protocol.",
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            result.AddError("--url takes an address such as http://127.0.0.1:8080.");
            return null;
        },
    };

    private readonly Option<string> _api = new("--api") { Description = "What it speaks. Default: openai.", DefaultValueFactory = static _ => OpenAI };
    private readonly Option<string> _name = new("--name") { Description = "The model's name there. Default: default.", DefaultValueFactory = static _ => "default" };
    private readonly Option<int?> _vocabulary = new("--vocabulary") { Description = "Tokens in its vocabulary: prompts are token ids then, of exact length, where the protocol takes them. Default: prompts are words." };
    private readonly Option<string?> _key = new("--key-variable") { Description = "The environment variable with the key that it asks for." };
    private readonly Option<bool> _mayEnd = new("--may-end") { Description = "Does not ask an OpenAI server to ignore the end token; for those that refuse what they do not know." };

    public ServerOptions(Command command)
    {
        _api.AcceptOnlyFromAmong(OpenAI, OpenAIChat, Ollama, LlamaServer);
        foreach (Option option in new Option[] { _url, _api, _name, _vocabulary, _key, _mayEnd })
        {
            command.Options.Add(option);
        }
    }

    public string Name(ParseResult parsed) => parsed.GetRequiredValue(_name);

    /// <summary>The server that was named; <see langword="null"/>: none was.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="vocabularySize">The model's vocabulary, where it is known from its file.</param>
    public HttpTarget? Open(ParseResult parsed, int? vocabularySize = null)
    {
        if (parsed.GetValue(_url) is not { } url)
        {
            return null;
        }

        string name = Name(parsed);
        IWireProtocol protocol = parsed.GetRequiredValue(_api) switch
        {
            Ollama => new OllamaProtocol(name),
            LlamaServer => new LlamaServerProtocol(),
            string api => new OpenAIProtocol(name, api == OpenAIChat, !parsed.GetValue(_mayEnd)),
        };
        string? key = parsed.GetValue(_key) is not { } variable
            ? null
            : Environment.GetEnvironmentVariable(variable) ?? throw new LoadTestException($"The environment variable {variable} is not set.");
        return new HttpTarget(url, protocol, vocabularySize ?? parsed.GetValue(_vocabulary), key);
    }
}

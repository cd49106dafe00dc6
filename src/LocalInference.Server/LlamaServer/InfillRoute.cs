using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// <c>POST /infill</c>: writes between <c>input_prefix</c> and <c>input_suffix</c>. Other files (<c>input_extra</c>) stand before them,
/// in the form that models learn whole repositories in (arXiv:2409.12186), or apart from each other by a line as llama-server has it.
/// </summary>
internal sealed class InfillRoute(ServerContext server)
{
    // What llama-server puts where a model has no token between files, and the names that it makes up.
    private const string Separator = "\n\n--- snippet ---\n\n";
    private const string Repository = "myproject\n";
    private const string UnnamedFile = "tmp";
    private const string CurrentFile = "filename\n";

    private static readonly string[] s_repositoryTokens = ["<|repo_name|>", "<|fim_repo|>", "<reponame>"];
    private static readonly string[] s_fileTokens = ["<|file_sep|>"];

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        LlamaServerRequest request = await LlamaServerRequest.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        string text = fields.RequiredText("input_prefix") + fields.Text("prompt");
        var prompt = new PromptInput { Text = text, Suffix = fields.RequiredText("input_suffix") };
        (string Name, string Text)[] files = [.. fields.Items("input_extra").Select(static item => File(item.Value, item.Path))];
        try
        {
            GenerationInput input = files.Length == 0 ? prompt : await BehindAsync(request, files, prompt, context.RequestAborted).ConfigureAwait(false);
            await CompletionRoute.SendAsync(server, context, request, [new CompletionPrompt(input, text)]).ConfigureAwait(false);
        }
        catch (GenerationException e) when (e.Code == "infill_unsupported")
        {
            throw new RequestException(new Fault(FaultKind.NotOffered, e.Message) { Code = e.Code });
        }
    }

    private static (string Name, string Text) File(JsonElement value, string path)
    {
        JsonFields file = JsonFields.AsObject(value, path);
        return (file.Text("filename") ?? UnnamedFile, file.RequiredText("text"));
    }

    private async Task<TokenInput> BehindAsync(LlamaServerRequest request, (string Name, string Text)[] files, PromptInput prompt, CancellationToken cancellationToken)
    {
        IPromptTokenizer tokenizer = server.Get<IPromptTokenizer>("filling in behind other files");
        int? repositoryToken = await TokenAsync(s_repositoryTokens).ConfigureAwait(false);
        int? fileToken = await TokenAsync(s_fileTokens).ConfigureAwait(false);
        List<int> tokens = [];
        if (repositoryToken is { } repository)
        {
            tokens.Add(repository);
            await AddAsync(Repository).ConfigureAwait(false);
        }

        foreach ((string name, string text) in files)
        {
            await BeginFileAsync($"{name}\n", Separator).ConfigureAwait(false);
            await AddAsync(text).ConfigureAwait(false);
        }

        await BeginFileAsync(CurrentFile, otherwise: null).ConfigureAwait(false);
        tokens.AddRange((await tokenizer.RenderAsync(request.Generation with { Input = prompt }, cancellationToken).ConfigureAwait(false)).Tokens);
        return new TokenInput(tokens.ToArray());

        async Task BeginFileAsync(string name, string? otherwise)
        {
            if (fileToken is { } token)
            {
                tokens.Add(token);
                await AddAsync(name).ConfigureAwait(false);
            }
            else if (otherwise is not null)
            {
                await AddAsync(otherwise).ConfigureAwait(false);
            }
        }

        async Task AddAsync(string text) => tokens.AddRange(await tokenizer.TokenizeAsync(text, new TokenizeOptions { Model = request.Model, AddSpecialTokens = false }, cancellationToken).ConfigureAwait(false));

        // The first of these names that is one token of the model's.
        async Task<int?> TokenAsync(string[] names)
        {
            var options = new TokenizeOptions { Model = request.Model, AddSpecialTokens = false, ParseSpecialTokens = true };
            foreach (string name in names)
            {
                if (await tokenizer.TokenizeAsync(name, options, cancellationToken).ConfigureAwait(false) is [var token])
                {
                    return token;
                }
            }

            return null;
        }
    }
}

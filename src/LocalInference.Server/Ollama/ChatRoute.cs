using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary><c>POST /api/chat</c>.</summary>
internal sealed class ChatRoute(ServerContext server) : AnswerRoute(server)
{
    protected override bool IsChat => true;

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await Server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        OllamaRequest request = await OllamaRequest.ReadAsync(Server, fields, OllamaModel.Required, context.RequestAborted).ConfigureAwait(false);
        ConversationReader conversation = ReadMessages(fields, request.Model);
        if (conversation.Messages.Count == 0)
        {
            await LoadAsync(context, request).ConfigureAwait(false);
            return;
        }

        var input = new ChatInput
        {
            Messages = conversation.Messages,
            Tools = WireTool.Read(fields),
            ToolMode = WireTool.ReadChoice(fields),
            Reasoning = request.Reasoning,
            ContinueFinalMessage = conversation.EndsInAnswer,
        };
        GenerationRequest generation = await request.ToGenerationAsync(Server, input, context.RequestAborted).ConfigureAwait(false);
        generation = await ChatMlFallback.ApplyAsync(Server, generation, context.RequestAborted).ConfigureAwait(false);
        await SendAsync(context, request, () => Server.BeginAsync(context, generation)).ConfigureAwait(false);
    }

    private static ConversationReader ReadMessages(JsonFields request, string model)
    {
        var conversation = new ConversationReader();
        foreach (var (value, path) in request.Items("messages"))
        {
            JsonFields message = JsonFields.AsObject(value, path);
            OllamaRequest.RefuseImages(message, model);
            string role = message.RequiredText("role").ToLowerInvariant();
            if (role == "tool")
            {
                conversation.AddResult(message.Text("tool_call_id"), message.Text("tool_name") ?? message.Text("name"), message.Text("content") ?? "");
            }
            else
            {
                conversation.Add(role, message.Text("content"), message.Text("thinking"), conversation.ReadCalls(message));
            }
        }

        return conversation;
    }
}

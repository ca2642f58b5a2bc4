using System.Text.Json;

namespace PacketPath.Labs;

/// <summary>The study cards: the questions of StudyCards.json, in its order.</summary>
public static class StudyCards
{
    private const string Resource = "PacketPath.Labs.StudyCards.json";
    private static readonly Lazy<IReadOnlyList<StudyCard>> Cards = new(Load);

    /// <summary>Every card, from the tools over the stages of the path to the labs.</summary>
    public static IReadOnlyList<StudyCard> All => Cards.Value;

    private static StudyCard[] Load()
    {
        using var stream = typeof(StudyCards).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly holds no {Resource}.");
        using var document = JsonDocument.Parse(stream);
        return [.. new JsonCursor(Resource, "$", document.RootElement).Items().Select(Read)];
    }

    private static StudyCard Read(JsonCursor card)
    {
        var members = card.Members("topic", "layer", "question", "answer", "lab", "faultId");
        return new StudyCard
        {
            Topic = card.Required(members, "topic").Word<StudyTopic>(),
            Layer = card.Required(members, "layer").Word<PathLayer>(),
            Question = card.Required(members, "question").Text(),
            Answer = card.Required(members, "answer").Text(),
            Lab = card.Required(members, "lab").Text(),
            FaultId = card.Required(members, "faultId").Text(),
        };
    }
}

namespace PacketPath.Bench;

/// <summary>Measures one promise.</summary>
internal interface IBenchmark
{
    /// <summary>The word that selects it on the command line.</summary>
    string Name { get; }

    /// <summary>Builds what it needs, measures, removes what it built.</summary>
    IEnumerable<BenchResult> Run(Engine engine);
}

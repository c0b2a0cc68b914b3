import { foldText } from '../shared/fold-text.ts';
import type { ParentDetails } from '../parents/parent-records.ts';
import { type FaceLook, hairTones, skinTones, type Traits } from '../photos/face-look.ts';
import { pick, type Random } from '../shared/seeded-random.ts';

/** Somebody who does not exist: what the office would enter, and what the face is drawn from. */
export type DemoPerson = {
  details: ParentDetails;
  traits: Traits;
  /** People of one kind, by culture and sex, may share a face. */
  kind: string;
  /** What of the face is not invented. */
  look?: Partial<FaceLook>;
};

/** Where a family's names come from; lists are words with spaces between, `_` stands for a space within a name. */
type Culture = {
  faces: Omit<Traits, 'woman'>;
  locale?: 'es' | 'ar';
  women: string;
  men: string;
  girls: string;
  boys: string;
  /** '-' stands for none; each is as likely as any surname of another culture. */
  surnames: string;
};

const cultures: readonly Culture[] = [
  {
    faces: { skins: skinTones.pale, hairs: hairTones.fair },
    women: 'Claire Aoife Siobhán Emma Freya Anna-Lena Astrid Hannah Charlotte Zoë Mary-Kate Signe',
    men: 'Tom Oliver Seán Lars Björn James Matthias Jürgen Harry Callum Søren Owen',
    girls: 'Ida Ella Niamh Maja Lily Greta Poppy Clara Ailbhe Eva',
    boys: 'Emil Jack Finn Noah Leo Oscar Oisín Theo Jonas Hugo',
    surnames:
      "O'Brien Taylor Smith-Jones Müller Hansen MacLeod Weber-Krause Evans O’Sullivan Bergström Clarke Sørensen Fitzgerald Åkesson",
  },
  {
    faces: { skins: skinTones.pale, hairs: hairTones.mixed },
    women: 'Olena Agnieszka Katarzyna Milica Ioana Oksana Małgorzata Jiřina Žaneta Ilona',
    men: 'Piotr Łukasz Andrei Bohdan Željko Tomáš Wojciech Ștefan Marek Oleksandr',
    girls: 'Zofia Hanna Daria Eliška Mila Solomiya Ana Katya',
    boys: 'Jakub Danylo Luka Matei Antoni Vojta Filip Nazar',
    surnames: 'Nowicki Kovalenko Ionescu Dvořák Wójcik Petrović Szabó Shevchenko Kowalczyk Țurcanu Novák Đorđević',
  },
  {
    faces: { skins: skinTones.fair, hairs: hairTones.mixed },
    women: 'Giulia Chloé Marie-Claire Francesca Inês Eleni Beatriz Élodie Chiara Noémie',
    men: 'João Luca Étienne Nikos Rui Jean-Luc Matteo Gonçalo Loïc Marco',
    girls: 'Sofia Léa Matilde Aurora Joana Éva Margarida Bianca',
    boys: 'Tiago Hugo Leonardo Mathéo Dimitris Duarte Pietro Raphaël',
    surnames:
      "D'Angelo Ferreira Lefèvre Papadopoulos Dell'Orto Gonçalves Dupont-Moreau Rossi L’Heureux da_Silva Conti Ribeiro",
  },
  {
    faces: { skins: skinTones.olive, hairs: hairTones.dark },
    locale: 'es',
    women: 'María_José Lucía Ximena Guadalupe Valentina Begoña Araceli Pilar Noelia Itzel',
    men: 'Javier José_Luis Andrés Iñaki Raúl Joaquín Martín Ángel Íñigo Efraín',
    girls: 'Camila Lucía Renata Martina Sofía Abril Noa Julieta',
    boys: 'Mateo Santiago Nicolás Álvaro Emiliano Diego Iker Hugo',
    surnames:
      'García_Márquez Núñez Hernández-Ruiz Castaño Peña Ibáñez de_la_Cruz Muñoz Quiñones Zubizarreta Ortega Vélez',
  },
  {
    faces: { skins: skinTones.olive, hairs: hairTones.dark, scarf: 0.55 },
    women: 'Leyla Zeynep Nadia Fatma Samira Yasmin Shirin Khadija Hülya Maryam',
    men: 'Mehmet Karim Omar Reza Youssef Emre Tarık Bilal Idris Hassan',
    girls: 'Elif Salma Noor Ayşe Aya Dilara Rania Soraya',
    boys: 'Adam Emir Ilyas Yusuf Kerem Sami Amir Zayd',
    surnames: "Yılmaz El_Amrani Haddad Hosseini Öztürk Ben_Youssef Al-Masri Şahin Rahimi N'Goumi Benali Çelik",
  },
  {
    faces: { skins: skinTones.olive, hairs: hairTones.black, scarf: 0.6 },
    locale: 'ar',
    women: 'ليلى نور هدى مريم سلمى رنا',
    men: 'أحمد خالد يوسف عمر سامر طارق',
    girls: 'جنى تالا ريم لين سارة',
    boys: 'آدم زين كريم هادي ياسين',
    surnames: 'الحسيني الخطيب حداد منصور العلي الشامي',
  },
  {
    faces: { skins: skinTones.brown, hairs: hairTones.black, scarf: 0.15 },
    women: 'Priya Ananya Lakshmi Sadia Meera Nusrat Deepa Kavita Thushari',
    men: 'Arjun Rahul Imran Vikram Farhan Suresh Nikhil Tariq Dinesh',
    girls: 'Anika Diya Aisha Riya Saanvi Zara Meena Ishani',
    boys: 'Rohan Aarav Zain Ishaan Kabir Dev Ayaan Nuwan',
    surnames: 'Patel Sharma Rahman Iyer Chowdhury Nair Khan-Ali Gupta Fernando Begum Krishnamurthy Das',
  },
  {
    faces: { skins: skinTones.brown, hairs: hairTones.black, turban: 0.85 },
    women: 'Simran Gurpreet Manjit Navneet Jaspreet',
    men: 'Gurdeep Manpreet Balwinder Amrik Sukhdev',
    girls: 'Harleen Ravneet Kiran Avneet',
    boys: 'Arjan Fateh Jovan Angad',
    surnames: 'Kaur_Gill Dhillon Sandhu Bains Grewal Sidhu',
  },
  {
    faces: { skins: skinTones.dark, hairs: hairTones.black, scarf: 0.08 },
    women: 'Grace Ngozi Adwoa Chidinma Makena Tendai Aïssatou Folasade Thandiwe Efua',
    men: 'Kofi Chinedu Emeka Babajide Mamadou Themba Juma Olúwaṣeun Kwabena Tinashe',
    girls: 'Ama Zuri Adaeze Temperance Nia Imani Awa Naledi',
    boys: 'Kojo Tobi Jabari Malik Ousmane Sipho Nnamdi Elijah',
    surnames: "Okafor Boateng N'Diaye Adeyemi-Cole Mwangi Diallo Dlamini Owusu Chukwu Ba M’Bala Moyo",
  },
  {
    faces: { skins: skinTones.dark, hairs: hairTones.black, scarf: 0.7 },
    women: 'Hodan Ifrah Selam Hamdi Almaz Sagal',
    men: 'Abdi Liban Tesfaye Mohamed Dawit Guled',
    girls: 'Hani Ayan Saba Ruta Sumaya',
    boys: 'Bilal Nahom Zakaria Jamal Mikael',
    surnames: 'Warsame Jama Tekle Abdullahi Haile Farah Gebremedhin Nur',
  },
  {
    faces: { skins: skinTones.fair, hairs: hairTones.black },
    women: 'Mei-Ling Yuki Ji-woo Thanh_Hà Sakura Xiulan Bích Hye-jin Aiko',
    men: 'Wei Kenji Min-jun Quốc_Anh Haruto Jun Đức Sang-hoon Takumi',
    girls: 'Yui Lan Seo-yeon Hua Minh_Châu Hana Rin Linh',
    boys: 'Hiro Long Do-yun Bảo Ming Sora Khang Jin',
    surnames: 'Tanaka Zhang Kim Trần Park Wong Lê Satō Huang Phạm Ōno Liu',
  },
  {
    faces: { skins: skinTones.fair, hairs: hairTones.black },
    women: '秀英 美玲 丽华 雅婷',
    men: '伟 建国 志强 俊杰',
    girls: '欣怡 子涵 思琪',
    boys: '浩然 子轩 宇航',
    surnames: '王 李 陈 欧阳',
  },
  {
    faces: { skins: skinTones.brown, hairs: hairTones.black, scarf: 0.3 },
    women: 'Suharti Wulandari Kusuma Ratnasari',
    men: 'Sukarno Budiman Slamet Widodo',
    girls: 'Putri Cahaya Melati',
    boys: 'Bagus Bima Surya',
    surnames: '- - - -',
  },
];

/** So many people, some of them two of one child; nobody of `taken` (full names) and nobody twice while names last. */
export const inventPeople = (random: Random, count: number, taken: readonly string[] = []): DemoPerson[] => {
  const people: DemoPerson[] = [];
  const known = new Set(taken);
  let tries = 0;
  while (people.length < count) {
    tries += 1;
    for (const person of inventFamily(random)) {
      const full = `${person.details.name} ${person.details.surname}`;
      if (people.length === count || (known.has(full) && tries < 5 * count)) continue;
      known.add(full);
      people.push(person);
    }
  }
  return people;
};

const words = (list: string): string[] => list.split(' ').map((word) => word.replaceAll('_', ' '));
const [CLASSES, TWO_COLLECT] = [
  ['A', 'B', 'C'].flatMap((room) => [1, 2, 3, 4, 5, 6].map((year) => `${year}${room}`)),
  0.3,
];

const families = cultures.flatMap((culture) =>
  words(culture.surnames).map((surname) => ({ culture, surname: surname === '-' ? '' : surname })),
);

const inventFamily = (random: Random): DemoPerson[] => {
  const { culture, surname } = pick(random, families);
  const child = pick(random, words(random() < 0.5 ? culture.girls : culture.boys));
  const className = pick(random, CLASSES);
  const first = random() < 0.6;
  return (random() < TWO_COLLECT ? [first, !first] : [first]).map((woman, i) => {
    const name = pick(random, words(woman ? culture.women : culture.men));
    const own = i === 1 && surname !== '' && random() < 0.35 ? pick(random, words(culture.surnames)) : surname; // some couples keep their names
    const traits = { ...culture.faces, woman };
    const kind = `${cultures.indexOf(culture)}${woman ? 'w' : 'm'}`;
    const person = { name, surname: own, childName: `${child} ${surname}`.trim(), className };
    return { details: demoDetails(random, person, culture.locale ?? null), traits, kind };
  });
};

/** The rest of what an office knows: addresses at example.org and telephones of the range kept for fiction (Ofcom). */
export const demoDetails = (
  random: Random,
  person: Pick<ParentDetails, 'name' | 'surname' | 'childName' | 'className'>,
  locale: ParentDetails['locale'],
): ParentDetails => {
  const [initial, last] = [person.name, person.surname].map((name) => foldText(name).replace(/[^a-z]/g, ''));
  const local =
    initial && last ? `${initial.slice(0, 1)}.${last}` : initial || `family${Math.floor(random() * 9000) + 1000}`;
  return {
    ...person,
    locale,
    email: random() < 0.88 ? `${local}@example.org` : null,
    phone: random() < 0.7 ? `01632 960${String(Math.floor(random() * 1000)).padStart(3, '0')}` : null,
    externalId: null,
  };
};

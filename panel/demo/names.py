"""Names for made-up people, by background. Common names of many peoples; no list of real persons was used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Given names of women and of men, and family names, which need not all go together in life."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


def _names(female: str, male: str, family: str) -> Names:
    return Names(tuple(female.split()), tuple(male.split()), tuple(family.split()))


_BRITISH = _names(
    "Margaret Susan Linda Patricia Jean Carol Helen Julie Karen Sarah Emma Laura Rachel Amy Chloe Megan Jessica Holly "
    "Olivia Sophie Grace Ruth Dorothy Joan Sheila Maureen Pamela Janet Angela Tracey Claire Lucy Hannah Beth Freya",
    "John David Peter Michael Brian Alan Keith Roger Barry Ian Stephen Mark Andrew Paul Simon Gary Kevin Craig Lee "
    "Daniel James Thomas Matthew Ryan Jack Callum Harry Oliver George Arthur Kenneth Derek Trevor Neil Adam",
    "Smith Jones Taylor Brown Wilson Walker Wright Robinson Thompson White Hughes Green Hall Wood Harris Clarke "
    "Cooper Ward Turner Hill Moore Baker Allen Parker Bennett Cook Bailey Shaw Marshall Webb Mason Holmes Palmer "
    "Barnes Knight Fisher Chapman Gibson Spencer Harvey Freestone Toone Tebbutt Measures Orton Springthorpe Lount",
)
_IRISH = _names(
    "Mary Bridget Siobhan Aoife Niamh Kathleen Sinead Deirdre Orla Maeve",
    "Patrick Sean Declan Liam Brendan Eamon Niall Kieran Michael Cormac",
    "Murphy Kelly Byrne Ryan Doyle Gallagher Doherty Kennedy Lynch Quinn McCarthy Nolan",
)
_EUROPEAN = _names(
    "Agnieszka Katarzyna Magdalena Ewa Joanna Ioana Elena Andreea Maria Ana Giulia Svetlana Rasa Viktoria Zsofia",
    "Piotr Tomasz Krzysztof Marcin Jakub Andrei Mihai Ion Joao Tiago Luca Dmitri Jonas Gabor Stefan",
    "Kowalski Nowak Wisniewska Mazur Popescu Ionescu Radu Silva Santos Rossi Petrov Kazlauskas Nagy Horvat Dimitrova",
)
_ROMA = _names(
    "Maria Florica Zita Rozalia Esmeralda Sara",
    "Florin Ion Marian Robert Milan Denis",
    "Ciurar Lacatus Dunka Balog Horvath",
)
_GUJARATI = _names(
    "Asha Bhavna Chandrika Daksha Hansa Jyoti Kalpana Meena Nisha Pooja Priti Rekha Sonal Trupti Urvi Varsha "
    "Kavya Diya",
    "Amit Bharat Chetan Dinesh Girish Harish Jayesh Kiran Mahesh Nitin Paresh Rajesh Sanjay Tushar Vijay Yash "
    "Arjun Dev",
    "Patel Shah Mistry Parmar Chauhan Solanki Desai Joshi Modi Rathod Vaghela Thakkar Lad Gohil Makwana Pankhania",
)
_PUNJABI = _names(
    "Harpreet Jaswinder Manjit Navneet Parminder Rajvinder Simran Sukhjit Amrit Kiran",
    "Gurpreet Harjinder Jagdeep Kulwinder Manpreet Paramjit Ranjit Satnam Sukhdev Tejinder",
    "Singh Kaur Sandhu Gill Dhillon Sidhu Bains Johal Atwal Grewal",
)
_PAKISTANI = _names(
    "Ayesha Fatima Hina Iqra Mariam Nadia Rabia Saima Shazia Zainab Bushra Amina",
    "Ahmed Bilal Faisal Hamza Imran Kashif Nadeem Omar Rashid Tariq Usman Zahid",
    "Khan Hussain Ahmed Malik Iqbal Mahmood Akhtar Butt Chaudhry Mirza Qureshi Raja",
)
_BANGLADESHI = _names(
    "Nasrin Rukhsana Shirin Taslima Farhana Jahanara Momena Sultana",
    "Abdul Kamal Mizanur Rafiq Shahid Jamal Nurul Habib",
    "Begum Miah Rahman Uddin Islam Ali Hoque Chowdhury",
)
_CHINESE = _names(
    "Mei Li Xiu Jing Wai-Ling Hui Yan Siu-Fong Lan Fang",
    "Wei Jun Ming Chi-Keung Hao Lei Kwok-Wai Bo Jian Tao",
    "Chen Wong Li Zhang Chan Lau Wang Liu Cheung Ng",
)
_OTHER_ASIAN = _names(
    "Thi-Lan Sunita Nimali Maricel Shanthi Yuki Farzana Sita Arulmathi",
    "Van-Minh Bikash Nuwan Jose Kumar Kenji Navid Prakash Sivan",
    "Nguyen Gurung Perera Santos Tanaka Ahmadi Rai Nadarajah Thapa Fernando",
)
_AFRICAN = _names(
    "Chioma Ngozi Amina Abena Hodan Fadumo Thandiwe Rudo Blessing Grace Tendai Esther Halima Yaa",
    "Chinedu Emeka Kwame Kofi Abdi Mohamed Tafadzwa Tendai Samuel Ibrahim Yusuf Femi Sipho Kwesi",
    "Okafor Adeyemi Mensah Owusu Abdi Warsame Moyo Ncube Dube Eze Hassan Osei Banda Balogun Farah Sithole",
)
_CARIBBEAN = _names(
    "Beverley Marcia Yvonne Claudette Sonia Donna Paulette Shanice Keisha Jasmine",
    "Winston Errol Delroy Leroy Desmond Marlon Jerome Devon Tyrone Andre",
    "Campbell Williams Grant Morgan Francis Bailey Gordon Edwards Henry Reid Clarke Lewis",
)
_ARAB = _names(
    "Layla Noor Huda Salma Rania Yasmin Dalia Zahra Samira Maha",
    "Ali Hassan Karim Mustafa Samir Tarek Walid Yousef Ziad Mahmoud",
    "Al-Sayed Haddad Mansour Nasser Saleh Khalil Darwish Najjar Aziz Hamdan",
)
_ELSEWHERE = _names(
    "Shirin Leyla Parisa Zozan Camila Ana Ariana Elif Naz",
    "Reza Kamran Azad Serhat Carlos Diego Mehmet Arash Dilshad",
    "Yilmaz Karimi Rostami Demir Rojas Gomez Ahmadzai Barzani Sharifi Kaya",
)

#: Census group -> the lists its names are drawn from.
BY_GROUP: dict[str, tuple[Names, ...]] = {
    "english_welsh_scottish_northern_irish_british": (_BRITISH,),
    "irish": (_IRISH,),
    "gypsy_or_irish_traveller": (_IRISH, _BRITISH),
    "roma": (_ROMA,),
    "other_white": (_EUROPEAN,),
    "white_and_black_caribbean": (_BRITISH, _CARIBBEAN),
    "white_and_black_african": (_BRITISH, _AFRICAN),
    "white_and_asian": (_BRITISH, _GUJARATI),
    "other_mixed": (_BRITISH, _ELSEWHERE),
    "indian": (_GUJARATI, _GUJARATI, _GUJARATI, _PUNJABI),
    "pakistani": (_PAKISTANI,),
    "bangladeshi": (_BANGLADESHI,),
    "chinese": (_CHINESE,),
    "other_asian": (_OTHER_ASIAN,),
    "african": (_AFRICAN,),
    "caribbean": (_CARIBBEAN,),
    "other_black": (_CARIBBEAN, _AFRICAN),
    "arab": (_ARAB,),
    "any_other": (_ELSEWHERE,),
}
